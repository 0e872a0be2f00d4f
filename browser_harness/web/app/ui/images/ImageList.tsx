import "./list.css";
import { formats, nameOf, text } from "../../text/language.js";
import { calibratedOf } from "../findings/standing.js";
import { Icon } from "../page/Icon.js";
import { announce } from "../state/announce.js";
import type { Item } from "../state/items.js";
import {
  counts,
  items,
  paused,
  removeAll,
  removeItem,
  retryItem,
  selectedId,
} from "../state/queue.js";
import { Thumbnail } from "./Thumbnail.js";

/** The images in line, and how far they have come. */
export function ImageList() {
  return (
    <>
      {(items.value.length > 1 || paused.value) && <Progress />}
      <ul class="images">
        {items.value.map((item) => (
          <ImageCard key={item.id} item={item} />
        ))}
      </ul>
    </>
  );
}

function Progress() {
  const words = text.value.images.queue;
  const { all, finished, losable } = counts.value;
  const clear = () => {
    if (!losable || confirm(words.clearAsk(all))) removeAll();
  };
  return (
    <div class="queue-progress">
      <progress max={all} value={finished} aria-label={words.progress(finished, all)} />
      <div class="queue-line">
        <p>
          {words.progress(finished, all)}
          {paused.value && finished < all && <strong> · {words.paused}</strong>}
        </p>
        {finished < all && (
          <button type="button" class="small" onClick={() => (paused.value = !paused.value)}>
            <Icon name={paused.value ? "play" : "pause"} />
            {paused.value ? words.resume : words.pause}
          </button>
        )}
        <button type="button" class="small plain" onClick={clear}>
          {words.clear}
        </button>
      </div>
    </div>
  );
}

function ImageCard({ item }: { readonly item: Item }) {
  const { queue, status } = text.value.images;
  const { name } = item;
  const chosen = selectedId.value === item.id;
  const remove = () => {
    removeItem(item.id);
    announce(queue.removed(name));
    // The focus was on what is gone; with no image left, the page for adding takes it.
    setTimeout(() => document.querySelector<HTMLElement>("[aria-current]")?.focus());
  };
  return (
    <li class={`image ${item.status}`} data-status={item.status}>
      <button
        type="button"
        class="image-select"
        aria-current={chosen ? "true" : undefined}
        onClick={() => (selectedId.value = item.id)}
      >
        <Thumbnail thumb={item.result?.thumb ?? null} />
        <span class="image-words">
          <ImageName name={name} />
          <span class="image-status">
            <span class="dot" aria-hidden="true" />
            {status[item.status]}
          </span>
          <Strongest item={item} />
        </span>
      </button>
      <span class="image-actions">
        {item.status === "failed" && (
          <IconButton icon="reset" name={queue.retry(name)} act={() => retryItem(item.id)} />
        )}
        <IconButton icon="close" name={queue.remove(name)} act={remove} />
      </span>
    </li>
  );
}

/** What is shown of a longer name than fits: numbers and endings tell names apart. */
const [START, END] = [12, 16];

function ImageName({ name }: { readonly name: string }) {
  if (name.length <= START + END + 1) return <span class="image-name">{name}</span>;
  return (
    <span class="image-name" title={name}>
      <span class="unseen">{name}</span>
      <span aria-hidden="true">{`${name.slice(0, START)}…${name.slice(-END)}`}</span>
    </span>
  );
}

/** The finding with the highest calibrated value. */
function Strongest({ item }: { readonly item: Item }) {
  const findings = item.result?.findings ?? [];
  const [first, ...others] = findings.filter((one) => calibratedOf(one) !== null);
  if (!first) return null;
  const value = (one: typeof first) => calibratedOf(one) ?? 0;
  const top = others.reduce((best, one) => (value(one) > value(best) ? one : best), first);
  const number = formats.value.number(value(top), 2);
  return (
    <span class="image-top quiet">{text.value.images.queue.top(nameOf(top.label), number)}</span>
  );
}

interface IconButtonProps {
  readonly icon: "reset" | "close";
  readonly name: string;
  readonly act: () => void;
}

function IconButton({ icon, name, act }: IconButtonProps) {
  return (
    <button type="button" class="plain only-icon" aria-label={name} title={name} onClick={act}>
      <Icon name={icon} />
    </button>
  );
}
