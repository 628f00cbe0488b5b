// node checks.mjs S3-ENDPOINT BUCKET: does this engine refuse bytes that are not those announced?
// Prints one JSON object: each way to announce, and what the engine answered.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";

const [endpoint, Bucket] = process.argv.slice(2);
const s3 = new S3Client({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  requestChecksumCalculation: "WHEN_REQUIRED",
  credentials: { accessKeyId: "test:tester", secretAccessKey: "testing" },
});
const told = {};
const Body = "the bytes that arrive";
const other = (algorithm) => createHash(algorithm).update("other bytes").digest("base64");
for (const [name, announced] of Object.entries({
  right: {},
  "wrong Content-MD5": { ContentMD5: other("md5") },
  "wrong SHA-256": { ChecksumSHA256: other("sha256") },
  "wrong CRC32": { ChecksumCRC32: "AAAAAA==" },
})) {
  const Key = `check ${name}`;
  try {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...announced }));
    const there = await s3.send(new GetObjectCommand({ Bucket, Key }));
    told[name] = (await there.Body.transformToString()) === Body ? "taken" : "taken, other bytes";
  } catch (error) {
    told[name] = `refused: ${error.name}`;
  }
}
console.log(JSON.stringify(told));
