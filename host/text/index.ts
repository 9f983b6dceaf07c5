// The door of this floor: text files in, records out, and back; and finding them.
export { Agenda, type AgendaEntry, type AgendaPage } from "./agenda.js";
export { type BatchAgent, Batches, type BatchItem } from "./batches.js";
export { sameBytes } from "./bytes.js";
export { CARD_VERSIONS, type CardVersion, type Step } from "./card-version.js";
export { Catalog, type CatalogAgent, type CatalogHead } from "./catalog.js";
export { Diary, type DiaryEntry } from "./diary.js";
export { Directory } from "./directory.js";
export { decodeText } from "./encoding.js";
export {
  convertedCards,
  csvFile,
  type ExportRecord,
  fitsFormat,
  icsFile,
  jsonFile,
  mailboxFile,
  type RawFile,
  rawFile,
  vcfFile,
} from "./export.js";
export { type SourceFile, sourceFiles } from "./folder.js";
export { type ImportAgent, Importer, type ImportOptions, type ImportReport } from "./import.js";
export { type Occurrence, type Occurrences, occurrences } from "./occurrences.js";
export { type Patch, patched } from "./patch.js";
export { bodyBytesMax, type ImportKind, type ImportPlan, importPlan, type PlannedRecord, type Refusal } from "./plan.js";
export { type Property, properties } from "./property.js";
export { idOfBytes } from "./record-id.js";
export { contactNumbers, type TextMeta } from "./record-meta.js";
export { rankedEntries, SIM_SHAPE, type SimEntry, type SimShape, simEntries, simFiles } from "./sim.js";
export { type Part, type PartKind, type Split, type SplitRefusal, splitParts } from "./split.js";
export { type Thread, type ThreadMessage, Threads } from "./threads.js";
export { type Todo, TodoList } from "./todo-list.js";
export {
  type ContactView,
  contactView,
  type EventView,
  eventView,
  type Labelled,
  type MailView,
  type MessageView,
  mailView,
  messageView,
  type TodoView,
  todoView,
} from "./views.js";
