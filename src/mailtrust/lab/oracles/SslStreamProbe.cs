using System;
using System.IO;
using System.Linq;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

// Asks .NET's SslStream what it makes of a server, as programs use it that bring no callback of their own.
// Its roots come from SSL_CERT_FILE, so one run answers one question: name, address, port.
// The answer: "accepted", or "refused" with the policy errors, the chain's statuses and the message; or "unasked".
public static class SslStreamProbe
{
    public static int Main(string[] question)
    {
        string found = "";
        try
        {
            using (var client = new TcpClient(question[1].Contains(":") ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork))
            {
                client.Connect(question[1], int.Parse(question[2]));
                using (var stream = new SslStream(client.GetStream(), false, (sender, certificate, chain, errors) =>
                {
                    var statuses = chain.ChainStatus.Select(status => status.Status.ToString()).Distinct();
                    found = errors + " [" + string.Join(", ", statuses) + "]";
                    return errors == SslPolicyErrors.None;
                }))
                {
                    stream.AuthenticateAsClient(question[0]);
                }
            }
        }
        catch (SocketException problem)
        {
            Console.WriteLine("unasked\t" + problem.Message);
            return 0;
        }
        catch (Exception problem)
        {
            Exception deepest = problem;
            while (deepest.InnerException != null)
            {
                deepest = deepest.InnerException;
            }
            Console.WriteLine("refused\t" + found + " " + deepest.Message.Replace("\n", " "));
            return 0;
        }
        Console.WriteLine("accepted");
        return 0;
    }
}
