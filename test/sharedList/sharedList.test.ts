import { expect, test } from 'vitest'
import { openSharedList, shareList } from '../../src/sharedList.ts'

test('a shared list has its items, of any length', () => {
  const items = [{ path: 'é.txt', size: 3 }, { path: '', size: 2 ** 53 - 1, modified: 1.25 }, 'text', 0, null, { spool: undefined }]
  const list = openSharedList(shareList(items))
  expect(list.length).toBe(6)
  expect(list.at(0)).toEqual({ path: 'é.txt', size: 3 })
  expect(list.at(5)).toEqual({})
  expect(list.all()).toEqual(items)
  expect(openSharedList(shareList([])).all()).toEqual([])
})

test('an item that is asked for again is the same object', () => {
  const list = openSharedList(shareList([{ path: 'a' }, { path: 'b' }]))
  const item = list.at(1)
  expect(list.at(1)).toBe(item)
  expect(list.all()).toEqual([{ path: 'a' }, { path: 'b' }])
  expect(list.at(0)).toEqual({ path: 'a' })
  expect(list.at(1)).toEqual({ path: 'b' })
})
