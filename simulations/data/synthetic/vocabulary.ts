/** A kind of goods in the synthetic shop. */
export interface CategorySpec {
  readonly name: string;
  /** What is sold in it; with a brand and a variant, the title of an item. */
  readonly goods: readonly string[];
  /** People buy the same again and again. */
  readonly staple?: boolean;
  /** Buying it says something intimate. */
  readonly sensitive?: boolean;
  /** It sells around a day of the year (0 to 364) only; `spread` is the standard deviation in days. */
  readonly season?: { readonly peak: number; readonly spread: number };
}

export interface DepartmentSpec {
  readonly name: string;
  readonly variants: readonly string[];
  readonly categories: readonly CategorySpec[];
}

const CHRISTMAS = { peak: 345, spread: 18 };
const EASTER = { peak: 90, spread: 14 };
const SUMMER = { peak: 190, spread: 30 };
const SPRING = { peak: 115, spread: 30 };
const WINTER = { peak: 15, spread: 35 };
const SCHOOL_START = { peak: 240, spread: 15 };

/** Departments of equal length, so that the first categories of all of them make a small but whole shop. */
export const DEPARTMENTS: readonly DepartmentSpec[] = [
  {
    name: 'Groceries',
    variants: ['classic', 'organic', 'wholegrain', 'family pack', 'reduced sugar', 'farmhouse', 'extra fine', 'rustic'],
    categories: [
      { name: 'Coffee and tea', goods: ['ground coffee', 'espresso beans', 'green tea', 'black tea'], staple: true },
      { name: 'Pasta, rice and beans', goods: ['spaghetti', 'basmati rice', 'red lentils', 'chickpeas'], staple: true },
      { name: 'Breakfast', goods: ['oat flakes', 'muesli', 'honey', 'strawberry jam'], staple: true },
      { name: 'Baking', goods: ['plain flour', 'baking powder', 'vanilla sugar', 'dark chocolate drops'] },
      { name: 'Easter sweets', goods: ['chocolate eggs', 'marzipan lamb', 'sugar chicks'], season: EASTER },
    ],
  },
  {
    name: 'Health',
    variants: [
      'gentle',
      'daily',
      'intensive',
      'night-time',
      'unscented',
      'travel size',
      'sensitive',
      'double strength',
    ],
    categories: [
      { name: 'Pregnancy and fertility', goods: ['pregnancy test', 'ovulation test', 'folic acid'], sensitive: true },
      { name: 'Vitamins', goods: ['vitamin C', 'vitamin D', 'magnesium', 'iron tablets'], staple: true },
      { name: 'Intimate health', goods: ['condoms', 'lubricant', 'thrush cream'], sensitive: true },
      { name: 'Cold and flu', goods: ['throat lozenges', 'nasal spray', 'cough syrup'], season: WINTER },
      { name: 'Sleep and mood', goods: ['sleeping drops', 'calming tablets', 'valerian tea'], sensitive: true },
    ],
  },
  {
    name: 'Fresh',
    variants: ['ripe', 'local', 'organic', 'large', 'baby', 'mixed', 'smoked', 'mild'],
    categories: [
      { name: 'Fruit', goods: ['apples', 'bananas', 'pears', 'lemons', 'grapes'], staple: true },
      { name: 'Vegetables', goods: ['carrots', 'tomatoes', 'spinach', 'peppers', 'onions'], staple: true },
      { name: 'Dairy', goods: ['milk', 'yoghurt', 'butter', 'cheddar', 'feta'], staple: true },
      { name: 'Bread', goods: ['rye loaf', 'baguette', 'bagels', 'sourdough'], staple: true },
      { name: 'Barbecue', goods: ['sausages', 'marinated steaks', 'vegetable skewers'], season: SUMMER },
    ],
  },
  {
    name: 'Home',
    variants: ['white', 'oak', 'linen', 'vintage', 'small', 'large', 'striped', 'enamelled'],
    categories: [
      { name: 'Kitchenware', goods: ['frying pan', 'mixing bowl', 'chopping board', 'teapot'] },
      { name: 'Candles and lanterns', goods: ['tealight holder', 'lantern', 'pillar candle'] },
      { name: 'Bedding', goods: ['duvet cover', 'pillow case', 'fitted sheet'] },
      { name: 'Storage', goods: ['storage tin', 'wicker basket', 'coat hanger', 'drawer box'] },
      { name: 'Christmas decorations', goods: ['bauble', 'garland', 'advent star', 'tree lights'], season: CHRISTMAS },
    ],
  },
  {
    name: 'Books',
    variants: ['pocket', 'illustrated', 'collected', 'new', 'beginner', 'annotated', 'large print', 'boxed'],
    categories: [
      { name: 'Crime', goods: ['detective novel', 'spy thriller', 'courtroom drama'] },
      { name: 'Faith', goods: ['prayer book', 'study bible', 'sutra commentary', 'quran stand'], sensitive: true },
      { name: 'Cookery', goods: ['pasta cookbook', 'baking manual', 'vegan cookbook'] },
      { name: 'Travel', goods: ['city guide', 'hiking map', 'phrase book'] },
      { name: 'School books', goods: ['maths workbook', 'atlas', 'spelling book'], season: SCHOOL_START },
    ],
  },
  {
    name: 'Beauty',
    variants: ['rose', 'almond', 'lavender', 'fragrance-free', 'matte', 'repairing', 'fresh', 'mini'],
    categories: [
      { name: 'Hair', goods: ['shampoo', 'conditioner', 'hair oil', 'styling wax'], staple: true },
      { name: 'Skin', goods: ['day cream', 'hand balm', 'body lotion', 'face mask'] },
      { name: 'Make-up', goods: ['mascara', 'lipstick', 'foundation', 'nail polish'] },
      { name: 'Shaving', goods: ['razor blades', 'shaving foam', 'aftershave'], staple: true },
      { name: 'Sun care', goods: ['sun lotion', 'after-sun gel', 'sun stick'], season: SUMMER },
    ],
  },
  {
    name: 'Children',
    variants: ['wooden', 'soft', 'rainbow', 'dinosaur', 'circus', 'woodland', 'space', 'retro'],
    categories: [
      { name: 'Toys', goods: ['building blocks', 'puzzle', 'train set', 'doll'] },
      { name: 'Nappies and wipes', goods: ['nappies', 'baby wipes', 'changing mats'], staple: true },
      { name: 'Baby food', goods: ['fruit puree', 'rice porridge', 'follow-on milk'], staple: true },
      { name: 'Party', goods: ['bunting', 'paper cups', 'balloons', 'cake candles'] },
      { name: 'Gift wrap', goods: ['wrapping paper', 'gift tags', 'ribbon'], season: CHRISTMAS },
    ],
  },
  {
    name: 'Garden and outdoors',
    variants: ['hardy', 'compact', 'galvanised', 'climbing', 'weatherproof', 'folding', 'bamboo', 'heirloom'],
    categories: [
      { name: 'Garden tools', goods: ['secateurs', 'trowel', 'watering can', 'gloves'] },
      { name: 'Pets', goods: ['cat food', 'dog biscuits', 'cat litter', 'chew toy'], staple: true },
      { name: 'Cycling', goods: ['inner tube', 'bike light', 'chain oil', 'pannier'] },
      { name: 'Camping', goods: ['sleeping mat', 'stove', 'head torch'], season: SUMMER },
      { name: 'Seeds and bulbs', goods: ['tomato seeds', 'tulip bulbs', 'herb seeds'], season: SPRING },
    ],
  },
];

/** Invented. */
export const BRANDS: readonly string[] = [
  'Alderwick',
  'Bramley Row',
  'Calder & Finch',
  'Dovecote',
  'Emberly',
  'Fennimore',
  'Greyfold',
  'Hollin',
  'Isbourne',
  'Juniper Lane',
  'Kestrelby',
  'Larkfield',
  'Marlow & Pike',
  'Nettlebed',
  'Orchard Nine',
  'Pennywhist',
  'Quillby',
  'Rowanmere',
  'Saltgate',
  'Thistledown',
];
