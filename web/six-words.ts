/**
 * A statement hash in six words, for people who compare what two screens say: 48 bits, one word a byte. A help for the
 * eye, no proof: whoever needs certainty compares the hash.
 */
import { fromBase64Url, isHashText } from '../ledger/index.ts'

const words = (
  'acorn actor agent album amber angle apple apron arrow aspen attic autumn badge bagel baker ' +
  'banjo barrel basil basket beacon beaver bench berry birch bison blanket blossom boat bonnet ' +
  'book bottle branch bread brick bridge broom bucket butter button cabin cable cactus camel ' +
  'candle canoe canyon carpet carrot castle cedar cellar chalk cherry circle clover cloud ' +
  'coast cobalt coffee comet copper coral cotton cradle crater cricket crystal cup curtain ' +
  'daisy dawn desert diamond dinner dolphin donkey door dragon drum eagle easel echo elbow elm ' +
  'ember engine falcon feather fern fiddle field finch fire flag flute forest fossil fountain ' +
  'fox garden garlic gate ginger glacier glass glove goat gold grape gravel guitar hammer ' +
  'harbor harvest hazel hedge helmet heron hill honey horse hotel house icicle igloo indigo ' +
  'iron island ivory jacket jaguar jar jasmine jelly jungle juniper kettle key kitchen kite ' +
  'ladder lagoon lake lamp lantern laurel lemon letter lily linen lion lobster locket lotus ' +
  'magnet mango maple marble market meadow melon mirror mitten moon moss mountain mule needle ' +
  'nest nickel night north nutmeg oak oasis ocean olive onion orange orchard otter owl oyster ' +
  'paddle palm panda paper parrot path peach pearl pebble pepper piano pigeon pillow pine ' +
  'planet plum pocket pond poppy potato prairie pumpkin quail quarry quartz quilt rabbit radio ' +
  'raft rain raven ribbon rice river robin rocket rope rose saddle sail salmon sand school ' +
  'scarf shell ship silver sketch snow spoon spring squirrel stone summer sun swan table tent ' +
  'thistle thunder tiger timber tomato tower trail tulip tunnel turtle umbrella valley velvet ' +
  'violin wagon'
).split(' ')

/** A key's id, base64url, in six words. */
export const keyWords = (kid: string): string =>
  isHashText(kid) ? sixWords(fromBase64Url(kid)) : ''

/** The first six bytes of a hash, as words. */
export const sixWords = (hash: Uint8Array): string =>
  [...hash.subarray(0, 6)].map((byte) => words[byte]).join(' ')
