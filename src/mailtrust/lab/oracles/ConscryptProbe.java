import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.conscrypt.Conscrypt;
import org.conscrypt.OkHostnameVerifier;

/**
 * Asks Conscrypt, Android's TLS, what it makes of a server: its trust manager, its host name verifier as Android uses it.
 * Questions and answers are those of JsseProbe, without dialogues.
 */
public final class ConscryptProbe {
    private static final int PATIENCE = 20_000;

    public static void main(String[] arguments) throws IOException {
        // Android sets none of the limits that a JDK's java.security sets on the path validator that both share.
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        if (arguments.length > 0) {
            System.out.println(version());
            return;
        }
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] part = line.split("\t");
            String answer;
            try {
                ask(part[0], part[1], Integer.parseInt(part[2]), part[4]);
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

    private static String version() {
        Conscrypt.Version version = Conscrypt.version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }

    private static void ask(String name, String address, int port, String roots) throws Exception {
        try (Socket plain = new Socket()) {
            try {
                plain.connect(new InetSocketAddress(address, port), PATIENCE);
                plain.setSoTimeout(PATIENCE);
            } catch (IOException problem) {
                throw new Unasked(problem);
            }
            Provider conscrypt = Conscrypt.newProviderBuilder().provideTrustManager(true).build();
            SSLContext context = SSLContext.getInstance("TLS", conscrypt);
            context.init(null, trust(roots, conscrypt), null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
                // Not socket.getSSLParameters(): that asks the JDK for the name of the socket, which refuses underscores.
                // The server's name is sent all the same: it was given above.
                SSLParameters parameters = new SSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
            }
        }
    }

    private static TrustManager[] trust(String roots, Provider conscrypt) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        CertificateFactory reader = CertificateFactory.getInstance("X.509", conscrypt);
        int number = 0;
        for (Certificate root : reader.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(Path.of(roots))))) {
            store.setCertificateEntry("root" + number++, root);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", conscrypt);
        factory.init(store);
        TrustManager[] managers = factory.getTrustManagers();
        Conscrypt.setHostnameVerifier(managers[0], OkHostnameVerifier.INSTANCE);
        return managers;
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
