// node server.mjs FOLDER PORT: a tus server on loopback; port 0 lets the system choose.
// Prints its port as soon as it listens.
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [directory, port] = process.argv.slice(2);
const server = new Server({
  path: "/files",
  datastore: new FileStore({ directory }),
  relativeLocation: true,
});
const listening = server.listen({ host: "127.0.0.1", port: Number(port) }, () => {
  console.log(listening.address().port);
});
