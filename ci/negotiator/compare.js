// Compares our reading of Accept headers with the package `negotiator`, on random headers.
//
//   node compare.js PROGRAM [COUNT]
//
// The qualities in a header are all different, for ties are a matter of policy: of what the client likes
// as well, the server's order decides here, and the client's there. Where the two differ on purpose
// otherwise, the case is counted under its reason.
'use strict'
const { spawnSync } = require('node:child_process')
const Negotiator = require('negotiator')

const program = process.argv[2]
const count = Number(process.argv[3] || 20000)

// A generator with a seed: a run can be repeated.
let state = Number(process.env.SEED || 1)
function random (below) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
  return (state >>> 8) % below
}
const pick = (list) => list[random(list.length)]
const some = (most, make) => Array.from({ length: 1 + random(most) }, make)

const shuffled = (list) => list.map((item) => [random(1 << 20), item]).sort((a, b) => a[0] - b[0]).map(([, item]) => item)
const qualities = ['', ';q=0.9', '; q=0.8', ' ; Q=0.75', ';q=0.501', ';q=0.3', ';q=.2', ';q=0.1', ';q=0.001']

const kinds = {
  media: {
    element: () => pick(['text/html', 'text/plain', 'text/*', '*/*', 'application/json', 'application/*', 'image/png', 'TEXT/HTML',
      'text/html;level=1', 'text/html;level=2', 'text/html;level="1"', 'application/vnd.acme.v2+json', 'text/html;level=1;charset=utf-8']),
    offers: ['text/html', 'text/plain', 'application/json', 'text/html;level=1', 'text/html;level=2', 'application/vnd.acme.v2+json', 'image/png'],
    malformed: ['a/b/c', 'nonsense', 'text/html;q=2', 'text/', '', 'text/html;q=x'],
    theirs: (negotiator, offers) => negotiator.mediaTypes(offers)[0]
  },
  language: {
    element: () => pick(['en', 'en-US', 'en-GB', 'de', 'de-CH', 'fr', '*', 'EN', 'zh-Hant']),
    offers: ['en', 'en-US', 'de', 'de-CH', 'fr', 'zh-Hant', 'zh'],
    malformed: ['', 'e_n', 'en;q=2'],
    theirs: (negotiator, offers) => negotiator.languages(offers)[0]
  },
  encoding: {
    element: () => pick(['gzip', 'br', 'zstd', 'identity', '*', 'deflate', 'GZIP']),
    offers: ['zstd', 'br', 'gzip', 'identity'],
    malformed: ['', 'gzip;q=2'],
    theirs: (negotiator, offers) => negotiator.encodings(offers)[0]
  }
}

let failed = 0
for (const [kind, { element, offers, malformed, theirs }] of Object.entries(kinds)) {
  const cases = Array.from({ length: count }, () => {
    const left = shuffled(qualities)
    const rated = () => element() + (random(6) ? left.pop() : ';q=0')
    const elements = some(6, () => random(20) ? rated() : pick(malformed))
    return [elements.join(pick([',', ', ', ' , '])), shuffled(offers).slice(0, 1 + random(offers.length))]
  })
  const input = cases.map(([header, offers]) => `${header}\t${offers.join(' ')}\n`).join('')
  const run = spawnSync(program, [kind], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(run.stderr || `the program ended with ${run.status}`)
  const ours = run.stdout.split('\n')
  const differ = {}
  let same = 0
  cases.forEach(([header, offers], i) => {
    const name = { media: 'accept', language: 'accept-language', encoding: 'accept-encoding' }[kind]
    const their = theirs(new Negotiator({ headers: { [name]: header } }), offers) || ''
    if (their === ours[i]) { same++; return }
    const why = reason(kind, header, offers, ours[i], their)
    if (why) { differ[why] = (differ[why] || 0) + 1; return }
    failed++
    if (failed <= 20) console.log(`DIFFERS ${kind}: ${JSON.stringify(header)} of ${offers}: ours ${ours[i] || 'none'}, theirs ${their || 'none'}`)
  })
  console.log(`${kind}: ${same} of ${count} the same`)
  for (const [why, times] of Object.entries(differ)) console.log(`  ${times} differ: ${why}`)
}
console.log(failed ? `${failed} differ without a reason` : 'nothing differs without a reason')
process.exit(failed ? 1 : 0)

function reason (kind, header, offers) {
  if (header.trim() === '' && kind === 'media') {
    return 'a blank header accepts everything here, and nothing there'
  }
  if (/charset=utf-8/.test(header)) {
    return 'a range with charset=utf-8 fits what is offered without a charset here, and not there'
  }
  if (kind === 'language' && !/[a-z*]+(-[a-z]+)?( *;|,|$)/i.test(header.replace(/e_n/g, ''))) {
    return 'a header in which nothing can be read makes every language as good as another here, and none there'
  }
  if (/q=(2|x)/.test(header)) {
    return 'an element with a quality that is none is passed over here, and counts there'
  }
  const ranges = header.split(',').map((range) => range.split(';')[0].trim().toLowerCase())
  if (kind === 'language' && ranges.some((range) => offers.some((offer) => range.startsWith(offer.toLowerCase() + '-')))) {
    return 'a range matches a shorter tag only where nothing else matches here (RFC 4647), and as well as others there'
  }
}
