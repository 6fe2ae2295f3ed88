import type { Cursor } from './cursor.ts'
import { writeLastDigits } from './digits.ts'
import type { Random } from './random.ts'

/** The time in a log: it only goes forward. */
export interface Clock {
  /** Since 1970. */
  milliseconds: number
  /** The second that is spelled in `stamp`. */
  second: number
  /** `2024-05-01T12:34:56.` as little-endian words. */
  stamp: Uint32Array
}

const STAMP_WORDS = 5
const FIRST_DAY = 19_723 // 2024-01-01
const MILLISECONDS_OF_DAY = 86_400_000
const DAYS_TO_LIVE = 25_000 // then the calendar begins anew; until 2099 every fourth year is a leap year

export const createClock = (random: Random): Clock => ({
  milliseconds: FIRST_DAY * MILLISECONDS_OF_DAY + (random() >>> 2),
  second: -1,
  stamp: new Uint32Array(STAMP_WORDS),
})

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const twoDigits = (n: number): string => `${n < 10 ? '0' : ''}${n}`

const formatDate = (day: number): string => {
  let rest = day - FIRST_DAY
  let year = 2024
  let month = 0
  for (;;) {
    const days = MONTHS[month] + (month === 1 && year % 4 === 0 ? 1 : 0)
    if (rest < days) return `${year}-${twoDigits(month + 1)}-${twoDigits(rest + 1)}`
    rest -= days
    month = (month + 1) % 12
    if (month === 0) year++
  }
}

const formatSecond = (second: number): string => {
  const day = Math.floor(second / 86_400)
  const rest = second - day * 86_400
  const fields = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
  return `${formatDate(day)}T${fields.map(twoDigits).join(':')}.`
}

const spellSecond = (clock: Clock, second: number): void => {
  const text = formatSecond(second)
  clock.stamp.fill(0)
  for (let i = 0; i < 4 * STAMP_WORDS; i++) clock.stamp[i >>> 2] |= text.charCodeAt(i) << (8 * (i & 3))
  clock.second = second
}

/** Writes the stamp and does not advance: the callers keep different parts of it. */
const putStamp = (cursor: Cursor, clock: Clock): void => {
  const second = Math.floor(clock.milliseconds / 1000)
  if (second !== clock.second) spellSecond(clock, second)
  for (let i = 0; i < STAMP_WORDS; i++) cursor.view.setUint32(cursor.at + 4 * i, clock.stamp[i], true)
}

/** Moves the clock on, mostly by a few milliseconds and now and then by seconds. */
const tick = (clock: Clock, random: Random): void => {
  const bits = random()
  clock.milliseconds += bits >>> 27 === 0 ? bits & 2047 : bits & 31
  if (clock.milliseconds >= (FIRST_DAY + DAYS_TO_LIVE) * MILLISECONDS_OF_DAY) clock.milliseconds = FIRST_DAY * MILLISECONDS_OF_DAY
}

/** `2024-05-01T12:34:56.789Z`, a little later each time. */
export const writeTime = (cursor: Cursor, clock: Clock, random: Random): void => {
  tick(clock, random)
  putStamp(cursor, clock)
  cursor.at += 20
  writeLastDigits(cursor, clock.milliseconds % 1000, 3)
  cursor.bytes[cursor.at++] = 0x5a
}

/** `2024-05-01` */
export const writeDate = (cursor: Cursor, clock: Clock): void => {
  putStamp(cursor, clock)
  cursor.at += 10
}

/** `12:34:56`, a little later each time. */
export const writeTimeOfDay = (cursor: Cursor, clock: Clock, random: Random): void => {
  tick(clock, random)
  putStamp(cursor, clock)
  cursor.bytes.copyWithin(cursor.at, cursor.at + 11, cursor.at + 19)
  cursor.at += 8
}
