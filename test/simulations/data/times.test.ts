import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIsoTime, parseMonthFirstTime, spreadsheetTime } from '../../../simulations/data/times.ts';

describe('parseIsoTime', () => {
  it('reads what Date writes', () => {
    const dates = fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, date => {
        expect(parseIsoTime(date.toISOString())).toBe(date.getTime());
        expect(parseIsoTime(date.toISOString().slice(0, 10))).toBe(
          Math.floor(date.getTime() / 86_400_000) * 86_400_000,
        );
      }),
    );
  });

  it.each([
    ['2011-12-09 12:50:00', '2011-12-09T12:50:00Z'],
    ['2011-12-09 12:50', '2011-12-09T12:50:00Z'],
    ['2011-12-09T12:50:00+01:30', '2011-12-09T11:20:00Z'],
    ['2011-12-09 12:50:00.25 -0800', '2011-12-09T20:50:00.250Z'],
    [' 2012-02-29 ', '2012-02-29T00:00:00Z'],
  ])('reads %j', (text, same) => {
    expect(parseIsoTime(text)).toBe(Date.parse(same));
  });

  it.each([
    '2011-02-29',
    '2011-13-01',
    '2011-00-10',
    '2011-01-01 24:00',
    '2011-01-01 10:60',
    '9/12/2011',
    '2011',
    'today',
    '',
  ])('takes %j for no time', text => {
    expect(parseIsoTime(text)).toBeNaN();
  });
});

it('reads dates with the month first', () => {
  expect(parseMonthFirstTime('12/1/2010 8:26')).toBe(Date.UTC(2010, 11, 1, 8, 26));
  expect(parseMonthFirstTime('13/1/2010 8:26')).toBeNaN();
});

it('reads the day numbers of spreadsheets', () => {
  // Excel shows 40513.3513888889 as 2010-12-01 08:26 (the first invoice of Online Retail).
  expect(spreadsheetTime(40513.3513888889)).toBe(Date.UTC(2010, 11, 1, 8, 26));
  expect(spreadsheetTime(25569)).toBe(0);
});
