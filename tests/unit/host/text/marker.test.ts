import { suite } from "uvu";
import * as assert from "uvu/assert";
import { textForm } from "../../../../host/text/encoding.js";
import { markers } from "../../../../host/text/marker.js";

const test = suite("host/text/marker");

function read(text: string) {
  const bytes = new Uint8Array(Buffer.from(text));
  return markers(bytes, textForm(bytes));
}

test("lines are counted whatever ends them", () => {
  assert.equal(
    read("x\r\nBEGIN:A\r\r\nEND:A\n\nBEGIN:B").map((marker) => `${marker.line} ${marker.type}:${marker.name}`),
    ["2 BEGIN:A", "4 END:A", "6 BEGIN:B"],
  );
});

test("offsets span the line with its end", () => {
  const [begin, end] = read("BEGIN:A\r\nEND:A\r");
  assert.equal([begin?.start, begin?.end, end?.start, end?.end], [0, 9, 9, 15]);
});

test("what is no marker is passed over", () => {
  assert.equal(read("BEGINNING:A\nX-BEGIN:A\nBEGIN;X=1:A\nBEGIN A\nendless"), []);
});

test("surroundings are told", () => {
  const [agent, folded, soft, last] = read("AGENT:\nBEGIN:VCARD\nN:x\n END:VCARD\nN;QUOTED-PRINTABLE:x=\nEND:VCARD\nN:y\nEND:VCARD\n");
  assert.is(agent?.afterAgent, true);
  assert.equal([agent?.after, folded?.indented, folded?.after, soft?.after], ["line", true, "line", "line"]);
  assert.equal([soft?.soft, soft?.beforeMarker], [true, false]);
  assert.equal([last?.soft, last?.beforeMarker, last?.afterAgent], [false, true, false]);
});

test.run();
