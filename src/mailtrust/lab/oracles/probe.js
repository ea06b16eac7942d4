// Asks Node's TLS what it makes of a server. Questions and answers are those of JsseProbe.java, without dialogues.
"use strict";
const fs = require("fs");
const net = require("net");
const readline = require("readline");
const tls = require("tls");

const PATIENCE = 20000;

function ask(name, address, port, roots) {
  return new Promise((answer) => {
    const options = { host: address, port: Number(port), ca: fs.readFileSync(roots, "utf8"), timeout: PATIENCE };
    options.servername = net.isIP(name) ? "" : name;
    options.checkServerIdentity = (_, certificate) => tls.checkServerIdentity(name, certificate);
    const socket = tls.connect(options, () => {
      socket.destroy();
      answer("accepted");
    });
    socket.on("timeout", () => {
      socket.destroy();
      answer("unasked\tno answer in time");
    });
    socket.on("error", (problem) => {
      const word = problem.syscall === "connect" ? "unasked" : "refused";
      answer(`${word}\t${problem.code}: ${problem.message}`.replace(/\n/g, " "));
    });
  });
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const part = line.split("\t");
    process.stdout.write((await ask(part[0], part[1], part[2], part[4])) + "\n");
  }
})();
