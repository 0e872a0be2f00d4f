import { signal } from "@preact/signals";
import { formats, nameOf, text } from "../../text/language.js";
import { calibratedOf } from "../findings/standing.js";
import type { Finding } from "../../host/seen.js";
import type { Item } from "../state/items.js";
import {
  chosenOf,
  kindOf,
  labelsOf,
  reaches,
  sortedBy,
  valueOf,
  type Choice,
  type Sorting,
  type SortKey,
} from "../state/many.js";
import { items, selectedId } from "../state/queue.js";
import { tableOpen } from "./open.js";
import { Sheet } from "./Sheet.js";

const choice = signal<Choice>({ kind: "all", text: "" });
const sorting = signal<Sorting>({ key: "given", descending: false });

/** All images in rows, all findings in columns; sorted and chosen as a person likes. */
export function ManyTable() {
  return (
    <Sheet open={tableOpen} heading={text.value.many.table.heading}>
      <Chooser />
      <Rows />
    </Sheet>
  );
}

function Chooser() {
  const words = text.value.many.table;
  const shown = chosenOf(items.value, choice.value).length;
  const take = (change: Partial<Choice>) => (choice.value = { ...choice.value, ...change });
  return (
    <div class="many-chooser">
      <label>
        {words.filter}{" "}
        <select
          value={choice.value.kind}
          onChange={({ currentTarget }) => take({ kind: currentTarget.value as Choice["kind"] })}
        >
          {Object.entries(words.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.search}{" "}
        <input
          type="search"
          value={choice.value.text}
          onInput={({ currentTarget }) => take({ text: currentTarget.value })}
        />
      </label>
      <p class="quiet" role="status">
        {words.count(shown, items.value.length)}
      </p>
    </div>
  );
}

function Rows() {
  const words = text.value.many.table;
  const labels = labelsOf(items.value);
  const rows = sortedBy(chosenOf(items.value, choice.value), sorting.value);
  return (
    <>
      <p class="quiet">{words.hint}</p>
      <div class="many-scroll" tabIndex={0} role="region" aria-label={words.heading}>
        <table class="many-table">
          <thead>
            <tr>
              <Column key="name" by="name" name={words.image} />
              <Column key="kind" by="kind" name={words.status} />
              {labels.map((label, index) => (
                <Column key={label} by={index} name={nameOf(label)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((item) => (
              <Row key={item.id} item={item} count={labels.length} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p>{words.none}</p>}
    </>
  );
}

/** A column's name sorts: values from the highest first, names from the first; then the other way. */
function Column({ by, name }: { readonly by: SortKey; readonly name: string }) {
  const { key, descending } = sorting.value;
  const sorted = key === by;
  const turn = () => {
    sorting.value = { key: by, descending: sorted ? !descending : typeof by === "number" };
  };
  const way = descending ? "descending" : "ascending";
  return (
    <th scope="col" aria-sort={sorted ? way : undefined}>
      <button type="button" class="plain small" onClick={turn}>
        {name}
        {sorted && <span aria-hidden="true">{descending ? " ▾" : " ▴"}</span>}
      </button>
    </th>
  );
}

function Row({ item, count }: { readonly item: Item; readonly count: number }) {
  const words = text.value.many.table;
  const { images } = text.value;
  const kind = kindOf(item);
  const show = () => {
    selectedId.value = item.id;
    tableOpen.value = false;
  };
  return (
    <tr data-kind={kind} aria-current={item.id === selectedId.value ? "true" : undefined}>
      <th scope="row">
        <button type="button" class="plain small" onClick={show} title={words.select(item.name)}>
          {item.name}
        </button>
      </th>
      <td>{item.status === "done" ? words.kinds[kind] : images.status[item.status]}</td>
      {Array.from({ length: count }, (_, index) => (
        <Value key={index} finding={item.result?.findings?.[index]} />
      ))}
    </tr>
  );
}

/** Never by colour alone: what reaches its operating point has a mark, and words for those who hear. */
function Value({ finding }: { readonly finding: Finding | undefined }) {
  const value = valueOf(finding);
  if (!finding || value === null) return <td class="many-value quiet">–</td>;
  const number = formats.value.number(value, 2);
  const reached = reaches(finding);
  return (
    <td class={`many-value ${reached ? "reached" : ""}`}>
      <data value={value}>{calibratedOf(finding) === null ? <i>{number}</i> : number}</data>
      {reached && (
        <>
          <span aria-hidden="true"> ●</span>
          <span class="unseen">, {text.value.many.table.reached}</span>
        </>
      )}
    </td>
  );
}
