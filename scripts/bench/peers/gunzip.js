// What node:zlib takes to decompress a file, and nothing else.
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

for await (const _ of createReadStream(process.argv[2], { highWaterMark: 2 ** 18 }).pipe(createGunzip({ chunkSize: 2 ** 18 })));
