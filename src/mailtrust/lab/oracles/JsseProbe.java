import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Asks Java's TLS (JSSE) what it makes of a server, as Angus Mail sets it up: system PKIX trust manager, LDAPS name rules.
 * One question a line on standard input: name, address, port, dialogue ("-" for none), roots file; separated by tabs.
 * One answer a line: "accepted", "refused" and the words, or "unasked" and why it did not come to TLS; tabs between.
 */
public final class JsseProbe {
    private static final int PATIENCE = 20_000;
    private static final byte[] LDAP_START_TLS = {
        0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, (byte) 0x80, 0x16, '1', '.', '3', '.', '6', '.', '1', '.', '4', '.', '1',
        '.', '1', '4', '6', '6', '.', '2', '0', '0', '3', '7'
    };

    public static void main(String[] arguments) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] part = line.split("\t");
            String answer;
            try {
                ask(part[0], part[1], Integer.parseInt(part[2]), part[3], part[4]);
                answer = "accepted";
            } catch (Unasked problem) {
                answer = "unasked\t" + words(problem);
            } catch (Exception problem) {
                answer = "refused\t" + words(problem);
            }
            System.out.println(answer);
            System.out.flush();
        }
    }

    private static void ask(String name, String address, int port, String dialogue, String roots) throws Exception {
        try (Socket plain = new Socket()) {
            try {
                plain.connect(new InetSocketAddress(address, port), PATIENCE);
                plain.setSoTimeout(PATIENCE);
                upgrade(plain, dialogue);
            } catch (IOException problem) {
                throw new Unasked(problem);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust(roots).getTrustManagers(), null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                try {
                    parameters.setServerNames(List.of(new SNIHostName(name)));
                } catch (IllegalArgumentException unfit) {
                    // An address, or a name with an underscore: the mail libraries then send none either.
                    parameters.setServerNames(List.of());
                }
                parameters.setEndpointIdentificationAlgorithm("LDAPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
            }
        }
    }

    private static TrustManagerFactory trust(String roots) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        CertificateFactory reader = CertificateFactory.getInstance("X.509");
        int number = 0;
        for (Certificate root : reader.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(Path.of(roots))))) {
            store.setCertificateEntry("root" + number++, root);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory;
    }

    private static void upgrade(Socket socket, String dialogue) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        switch (dialogue) {
            case "-" -> { }
            case "smtp", "lmtp" -> {
                until(in, "220 ");
                say(out, (dialogue.equals("smtp") ? "EHLO" : "LHLO") + " probe.invalid");
                until(in, "250 ");
                say(out, "STARTTLS");
                until(in, "220 ");
            }
            case "imap" -> {
                until(in, "* OK");
                say(out, "a STARTTLS");
                until(in, "a OK");
            }
            case "pop3" -> {
                until(in, "+OK");
                say(out, "STLS");
                until(in, "+OK");
            }
            case "sieve" -> {
                until(in, "OK");
                say(out, "STARTTLS");
                until(in, "OK");
            }
            case "ldap" -> {
                out.write(LDAP_START_TLS);
                out.flush();
                in.read();
                int length = in.read();
                if ((length & 0x80) != 0) {
                    byte[] octets = in.readNBytes(length & 0x7f);
                    length = 0;
                    for (byte octet : octets) {
                        length = length << 8 | octet & 0xff;
                    }
                }
                in.readNBytes(length);
            }
            default -> throw new IOException("no such dialogue: " + dialogue);
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Reads octet by octet, so that nothing of the TLS answer is lost, up to a line that begins so. */
    private static void until(InputStream in, String beginning) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet != '\n') {
                line.append((char) octet);
            } else if (line.toString().startsWith(beginning)) {
                return;
            } else {
                line.setLength(0);
            }
        }
        throw new IOException("the server left before it said " + beginning);
    }

    private static String words(Throwable problem) {
        Throwable deepest = problem;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return (deepest.getClass().getSimpleName() + ": " + deepest.getMessage()).replaceAll("\\s+", " ");
    }

    private static final class Unasked extends Exception {
        Unasked(IOException why) {
            super(why);
        }
    }
}
