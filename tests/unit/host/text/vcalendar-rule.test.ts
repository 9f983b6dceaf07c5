import { suite } from "uvu";
import * as assert from "uvu/assert";
import { modernRule } from "../../../../host/text/vcalendar-rule.js";

const test = suite("host/text/vcalendar-rule");

test("the rules of vCalendar 1.0 §2.1.16 in words of iCalendar", () => {
  const rules = {
    "D1 #10": "FREQ=DAILY;INTERVAL=1;COUNT=10",
    "D2 #0": "FREQ=DAILY;INTERVAL=2",
    "W2 TU TH 19971224T000000": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;UNTIL=19971224T000000",
    "W1 MO #0": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO",
    "MP1 1+ SU 2- FR #0": "FREQ=MONTHLY;INTERVAL=1;BYDAY=1SU,-2FR",
    "MD1 1 15 3- LD #4": "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=1,15,-3,-1;COUNT=4",
    "YM1 6 7 #0": "FREQ=YEARLY;INTERVAL=1;BYMONTH=6,7",
    "YD3 1 100 #2": "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100;COUNT=2",
    D1: "FREQ=DAILY;INTERVAL=1;COUNT=2",
  };
  for (const [old, modern] of Object.entries(rules)) assert.is(modernRule(old), modern, old);
});

test("what is none stays as it is", () => {
  for (const rule of ["FREQ=DAILY", "", "D", "X1 #2"]) assert.is(modernRule(rule), rule);
});

test.run();
