import { describe, expect, test } from 'vitest'
import { formatBytes, parseSize } from '../../src/cli/size.ts'

describe('parseSize', () => {
  test.each([
    ['0', 0],
    ['4096', 4096],
    ['1B', 1],
    ['500kB', 500_000],
    ['500 KB', 500_000],
    ['10MB', 10_000_000],
    ['2gb', 2_000_000_000],
    ['1TB', 1e12],
    ['1KiB', 1024],
    ['1.5GiB', 1_610_612_736],
    ['.5mib', 524_288],
    [' 3 MiB ', 3_145_728],
    ['0.3kB', 300],
    ['1.2345678kB', 1235],
  ])('%j is %d bytes', (text, bytes) => expect(parseSize(text, '--size')).toBe(bytes))

  test.each([
    ['', '--size "": a size is needed, such as 500kB, 10MB or 1.5GiB'],
    ['ten', '--size "ten": a size is needed, such as 500kB, 10MB or 1.5GiB'],
    ['-5MB', '--size "-5MB": a size is needed, such as 500kB, 10MB or 1.5GiB'],
    ['1e6', '--size "1e6": a size is needed, such as 500kB, 10MB or 1.5GiB'],
    ['1,000', '--size "1,000": a size is needed, such as 500kB, 10MB or 1.5GiB'],
    ['10M', '--size "10M": write MB (a power of 1,000) or MiB (a power of 1,024)'],
    ['10k', '--size "10k": write kB (a power of 1,000) or KiB (a power of 1,024)'],
    ['10XB', '--size "10XB": there is no unit "XB"; there are B, kB, MB, GB, TB and KiB, MiB, GiB, TiB'],
    ['10constructor', '--size "10constructor": there is no unit "constructor"; there are B, kB, MB, GB, TB and KiB, MiB, GiB, TiB'],
    ['99999TB', '--size "99999TB": that is more than any file can hold'],
  ])('refuses %j', (text, message) => {
    expect(() => parseSize(text, '--size')).toThrow(expect.objectContaining({ code: 'usage', message }))
  })
})

test.each([
  [0, '0 B'],
  [1, '1 B'],
  [999, '999 B'],
  [999.7, '1.0 kB'],
  [1000, '1.0 kB'],
  [1234, '1.2 kB'],
  [99_949, '99.9 kB'],
  [99_960, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_234_567_890, '1.2 GB'],
  [5e12, '5.0 TB'],
  [7e18, '7000 PB'],
  [-2048, '-2.0 kB'],
])('formatBytes(%d) is %j', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
