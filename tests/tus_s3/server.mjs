// node server.mjs S3-ENDPOINT BUCKET PORT: a tus server on loopback whose bytes lie in S3.
// Makes the bucket when it is not there; prints its port as soon as it listens.
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Store } from "@tus/s3-store";
import { Server } from "@tus/server";

const [endpoint, bucket, port] = process.argv.slice(2);
const s3ClientConfig = {
  endpoint,
  bucket,
  region: "us-east-1",
  forcePathStyle: true,
  credentials: { accessKeyId: "test:tester", secretAccessKey: "testing" },
};
const s3 = new S3Client(s3ClientConfig);
await s3.send(new CreateBucketCommand({ Bucket: bucket })).catch((error) => {
  if (!/AlreadyOwnedByYou|AlreadyExists/.test(error.name)) throw error;
});
const server = new Server({
  path: "/files",
  datastore: new S3Store({ partSize: 8 << 20, s3ClientConfig, useTags: false }),
  relativeLocation: true,
});
const listening = server.listen({ host: "127.0.0.1", port: Number(port) }, () => {
  console.log(listening.address().port);
});
