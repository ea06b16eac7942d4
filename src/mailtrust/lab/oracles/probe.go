// Asks Go's crypto/tls and crypto/x509 what they make of a server. Questions and answers are those of JsseProbe.java,
// without dialogues.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

const patience = 20 * time.Second

func ask(name, address, port, roots string) string {
	pem, err := os.ReadFile(roots)
	if err != nil {
		return "unasked\t" + err.Error()
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	plain, err := net.DialTimeout("tcp", net.JoinHostPort(address, port), patience)
	if err != nil {
		return "unasked\t" + err.Error()
	}
	defer plain.Close()
	_ = plain.SetDeadline(time.Now().Add(patience))
	if err := tls.Client(plain, &tls.Config{ServerName: name, RootCAs: pool}).Handshake(); err != nil {
		return "refused\t" + strings.Join(strings.Fields(err.Error()), " ")
	}
	return "accepted"
}

func main() {
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		part := strings.Split(questions.Text(), "\t")
		fmt.Println(ask(part[0], part[1], part[2], part[4]))
	}
}
