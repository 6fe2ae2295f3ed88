import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BLOCK_BYTES, emptySegment, sumSegments } from '../../src/spill/runFormat.ts'
import { RunFile } from '../../src/spill/runReader.ts'
import { runOutputError, writeRun } from '../../src/spill/runWriter.ts'
import { PARTITIONS } from '../../src/spill/layout.ts'
import { arbitraryCounts, readRun, writeCountsAsRun, type Counts } from '../support/runs.ts'
import { temporaryFolder } from '../support/temporary.ts'

const { folder, file } = temporaryFolder()
const path = join(folder, 'a.run')

describe('what is written is read', () => {
  test('pieces of any bytes', () => {
    fc.assert(
      fc.property(arbitraryCounts(), (counts) => {
        writeCountsAsRun(path, counts, { note: 'kept' })
        expect(new Map(readRun(path))).toEqual(counts)
        const run = new RunFile<{ note: string }>(path, PARTITIONS)
        expect(run.about.note).toBe('kept')
        expect(run.segments.reduce((sum, { records }) => sum + records, 0)).toBe(counts.size)
        run.close()
      }),
    )
  })

  test('pieces of one segment that are the beginnings of others, from anywhere in an arena', () => {
    const unit = fc.constantFrom('a', 'ab', '\0', '\xff')
    const rest = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), minLength: 1, maxLength: 3 })
    const piece = fc.tuple(unit, fc.constantFrom(0, 1, 3, 60, 65, 200, 250, 300, 3000, 5000), rest).map(([one, times, end]) => one.repeat(times) + end)
    const count = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2 ** 31 - 2, max: 2 ** 40 }))
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(piece, count), { selector: ([text]) => text, maxLength: 40 }), (entries) => {
        const records = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
        const arena = Buffer.from(`aaa${records.map(([text]) => text).join('')}`, 'latin1')
        let end = 3
        const [segment] = writeRun(path, (run) => records.forEach(([text, times]) => run.add(0, arena, end, (end += text.length), times)), { segments: 1 })
        expect(readRun(path, 1)).toEqual(records)
        const sums = {
          records: records.length,
          total: records.reduce((sum, [, times]) => sum + times, 0),
          pieceBytes: arena.length - 3,
          textBytes: records.reduce((sum, [text, times]) => sum + text.length * times, 0),
        }
        expect(segment).toMatchObject(sums)
        expect(sumSegments([segment, emptySegment(0), segment])).toEqual(
          Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, 2 * sum])),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('blocks end where they are full', () => {
    const pieces = Array.from({ length: 60_000 }, (_, i) => Buffer.from(`${100_000 + i}`))
    const [segment] = writeRun(path, (run) => pieces.forEach((piece) => run.add(0, piece, 0, piece.length, 1)), { segments: 1 })
    expect(segment.largestBlock).toBeGreaterThanOrEqual(BLOCK_BYTES)
    expect(segment.largestBlock).toBeLessThan(BLOCK_BYTES + 10)
    expect(segment.bytes).toBeGreaterThan(3 * BLOCK_BYTES)
    expect(readRun(path, 1)).toHaveLength(pieces.length)
  })

  test('many blocks, and pieces longer than a block', () => {
    const counts: Counts = new Map()
    for (let i = 0; i < 60_000; i++) counts.set(`piece ${i}`, 1 + (i % 1000))
    for (const letter of 'abc') counts.set(letter.repeat(3 * BLOCK_BYTES), 2 ** 53 - 1_000_000_000)
    for (const letter of 'xyz') counts.set('a'.repeat(BLOCK_BYTES) + letter, 1)
    expect(() => writeCountsAsRun(path, counts)).toThrow(/2\^53/)
    for (const letter of 'abc') counts.set(letter.repeat(3 * BLOCK_BYTES), 2 ** 33)
    writeCountsAsRun(path, counts)
    const read = readRun(path)
    expect(read.length).toBe(counts.size)
    for (const [piece, count] of read) if (counts.get(piece) !== count) expect.unreachable(piece)
  })

  test('the bytes of the file are a function of what is in it', () => {
    const counts: Counts = new Map(Array.from({ length: 1000 }, (_, i): [string, number] => [`${i * i}`, i + 1]))
    const other = join(folder, 'b.run')
    writeCountsAsRun(path, counts)
    writeCountsAsRun(other, new Map([...counts].reverse()))
    expect(readFileSync(path).equals(readFileSync(other))).toBe(true)
  })
})

describe('damage is found', () => {
  const pieces: [string, number][] = [
    ['a', 1],
    ['ab', 70_000],
    ['\0', 2 ** 50],
    ['b'.repeat(200), 3],
  ]
  const readDamaged = (bytes: Buffer) => () => readRun(file('damaged.run', bytes), 2)
  /** A small file with two segments. */
  const whole = (): Buffer => {
    const segments = { segments: 2 }
    writeRun(
      path,
      (run) => {
        pieces.forEach(([piece, count], i) => run.add(i >> 1, Buffer.from(piece), 0, piece.length, count))
        return { note: 'x' }
      },
      segments,
    )
    return readFileSync(path)
  }

  test('at every length to which a file can be cut', () => {
    const bytes = whole()
    for (let length = 0; length < bytes.length; length++)
      expect(readDamaged(bytes.subarray(0, length)), `${length} bytes`).toThrow(expect.objectContaining({ code: 'format' }))
  })

  test('in whichever byte a bit changes', () => {
    const bytes = whole()
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] ^= 1 << (at % 8)
      expect(readDamaged(changed), `byte ${at}`).toThrow(expect.objectContaining({ code: 'format' }))
    }
  })

  test('when a file goes on behind its end', () => {
    expect(readDamaged(Buffer.concat([whole(), Buffer.from('x')]))).toThrow(expect.objectContaining({ code: 'format' }))
  })

  test('with the file, the place, and what was expected', () => {
    const bytes = whole()
    bytes[22] ^= 1
    expect(readDamaged(bytes)).toThrow(
      /^reading the run .*damaged\.run, byte 8: expected the checksum [0-9a-f]{8}, found [0-9a-f]{8}; the file is damaged$/,
    )
    expect(readDamaged(Buffer.alloc(100, 'x'))).toThrow(/expected the mark of a run file, version 1, found "xxxxxxxx"/)
  })

  test('a file that is not there is another error', () => {
    expect(() => readRun(join(folder, 'none.run'))).toThrow(/^reading the run .*none\.run: no such file$/)
  })
})

describe('a file appears whole or not at all', () => {
  test('nothing is left when writing fails', () => {
    const failing = join(folder, 'failing.run')
    expect(() =>
      writeRun(failing, (run) => {
        run.add(0, Buffer.from('a'), 0, 1, 1)
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(readdirSync(folder).filter((name) => name.startsWith('failing'))).toEqual([])
  })

  test('what was there before stays', () => {
    const kept = file('kept.run', 'old')
    expect(() =>
      writeRun(kept, () => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(readFileSync(kept, 'utf8')).toBe('old')
  })

  test('a folder that is not there is named', () => {
    const missing = join(folder, 'no', 'a.run')
    expect(() => writeRun(missing, () => {})).toThrow(/^writing the run .*no\/a\.run: its folder is not there$/)
    expect(existsSync(missing)).toBe(false)
  })

  test('what is not allowed is told with the way out', () => {
    const denied = Object.assign(new Error('EROFS: read-only file system, mkdir'), { code: 'EROFS' })
    expect(runOutputError('run/pretok-1', denied).message).toBe(
      'writing the run run/pretok-1: the file system is read-only; take another folder (--temp-dir, --work-dir)',
    )
    const gone = Object.assign(new Error('ENOENT: no such file or directory, rename'), { code: 'ENOENT' })
    expect(runOutputError('run/a.run', gone, 20).message).toBe('writing the run run/a.run: it, or its folder, was removed meanwhile (after 20 bytes)')
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk is named, with the way out', () => {
    const temporaryPath = join(folder, 'full') // a link, for what could not be written is removed
    symlinkSync('/dev/full', temporaryPath)
    const fill = () => writeRun(path, (run) => run.add(0, Buffer.from('a'), 0, 1, 1), { temporaryPath })
    expect(fill).toThrow(/no space left on the device.*--temp-dir/)
    expect(readdirSync(folder)).not.toContain('full')
    expect(existsSync('/dev/full')).toBe(true)
  })
})
