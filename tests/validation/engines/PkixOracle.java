import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/** Reads `milliseconds TAB host TAB anchors TAB chain` (Base64 DER, comma between), judges as JSSE does at that time. */
final class PkixOracle {
    private static final CertificateFactory FACTORY = factory();

    public static void main(String[] arguments) throws Exception {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] request = line.split("\t");
            try {
                judge(new Date(Long.parseLong(request[0])), request[1], read(request[2]), read(request[3]));
                System.out.println("accepted");
            } catch (Exception failure) {
                StringBuilder words = new StringBuilder("refused");
                for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                    words.append(" / ").append(String.valueOf(cause.getMessage()).replaceAll("\\s+", " "));
                }
                System.out.println(words);
            }
        }
    }

    private static void judge(Date at, String host, X509Certificate[] trusted, X509Certificate[] chain) throws Exception {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate certificate : trusted) {
            anchors.add(new TrustAnchor(certificate, null));
        }
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(new CertPathTrustManagerParameters(parameters));
        ((X509TrustManager) managers.getTrustManagers()[0]).checkServerTrusted(chain, "ECDHE_ECDSA");
        HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(host, chain[0], false);
    }

    private static X509Certificate[] read(String list) throws Exception {
        String[] parts = list.split(",");
        X509Certificate[] certificates = new X509Certificate[parts.length];
        for (int index = 0; index < parts.length; index++) {
            byte[] octets = Base64.getDecoder().decode(parts[index]);
            certificates[index] = (X509Certificate) FACTORY.generateCertificate(new ByteArrayInputStream(octets));
        }
        return certificates;
    }

    private static CertificateFactory factory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
