import fc from 'fast-check'

/** Random patterns over the letters a, b and c, of all constructs that the automaton can do. */
export const randomPattern = (): fc.Arbitrary<string> => {
  const set = fc.constantFrom('a', 'b', 'c', '[ab]', '[bc]', '[^a]', '.', '\\w', '\\s')
  const assertion = fc.constantFrom('(?=a)', '(?!b)', '(?=[bc])', '(?!\\S)', '(?<=a)', '(?<!b)', '\\b', '^', '$', '(?=b|$)')
  const farAssertion = fc.constantFrom(
    '(?=ab)',
    '(?!ba)',
    '(?=a*c)',
    '(?!.*b)',
    '(?=(?:ab)+$)',
    '(?!\\ba|bc\\b)',
    '(?=(?:a|bc){2}\\B)',
    '(?=\\s|.$)',
  )
  const { alternatives } = fc.letrec<{ alternatives: string; branch: string; item: string }>((tie) => ({
    alternatives: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
    branch: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => items.join('')),
    item: fc.oneof(
      { depthSize: 'xsmall', withCrossShrink: true },
      {
        weight: 8,
        arbitrary: fc
          .tuple(set, fc.constantFrom('', '', '', '?', '+', '*', '??', '+?', '*?', '{2}', '{1,3}', '{2,}', '++', '?+', '*+'))
          .map((parts) => parts.join('')),
      },
      { weight: 2, arbitrary: assertion },
      { weight: 1, arbitrary: farAssertion },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('alternatives'), fc.constantFrom('', '', '?', '??', '+', '+?', '{2}'))
          .map(([inside, times]) => `(?:${inside})${times}`),
      },
    ),
  }))
  return alternatives
}
