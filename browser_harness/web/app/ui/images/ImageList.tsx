import "./list.css";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formats, nameOf, text } from "../../text/language.js";
import { calibratedOf, standingOf } from "../findings/standing.js";
import { Steps } from "../many/Steps.js";
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
  selected,
  selectedId,
} from "../state/queue.js";
import { Thumbnail } from "./Thumbnail.js";

/**
 * The images in line, and how far they have come.
 *
 * One stop for the Tab key: arrow keys, Home and End choose among them, Delete removes.
 */
export function ImageList() {
  const place = useRef<HTMLUListElement>(null);
  const reachable = selected.value?.id ?? items.value[0]?.id;
  useLayoutEffect(() => follow(place.current), [selectedId.value]);
  return (
    <>
      {(items.value.length > 1 || paused.value) && <Progress />}
      <Steps />
      <ul ref={place} class="images" onKeyDown={press}>
        {items.value.map((item) => (
          <ImageCard key={item.id} item={item} first={item.id === reachable} />
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

/** Chooses by key; the focus goes along. */
function press(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return;
  const [all, now] = [items.value, selected.value];
  const at = now ? all.indexOf(now) : -1;
  const last = all.length - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: Math.min(at + 1, last),
    ArrowRight: Math.min(at + 1, last),
    ArrowUp: Math.max(at - 1, 0),
    ArrowLeft: Math.max(at - 1, 0),
    Home: 0,
    End: last,
  };
  const to = all[steps[key] ?? -1];
  if (key === "Delete" && now) removeAndTell(now);
  else if (to) {
    selectedId.value = to.id;
    focusOnSelected();
  } else return;
  event.preventDefault();
}

function removeAndTell({ id, name }: Item): void {
  removeItem(id);
  announce(text.value.images.queue.removed(name));
  focusOnSelected();
}

/** Where it was on what is gone; with no image left, the page for adding takes it. */
function focusOnSelected(): void {
  setTimeout(() => document.querySelector<HTMLElement>("[aria-current]")?.focus());
}

/** Scrolls the list, and not the page, so that the selected image is in it. */
function follow(list: HTMLElement | null): void {
  const line = list?.querySelector("[aria-current]")?.closest("li");
  if (!list || !line) return;
  for (const place of [list, list.closest<HTMLElement>(".queue")]) {
    if (!place) continue;
    const [now, all] = [line.getBoundingClientRect(), place.getBoundingClientRect()];
    place.scrollTop += Math.max(0, now.bottom - all.bottom) + Math.min(0, now.top - all.top);
    place.scrollLeft += Math.max(0, now.right - all.right) + Math.min(0, now.left - all.left);
  }
}

interface CardProps {
  readonly item: Item;
  /** Whether the Tab key comes to it. */
  readonly first: boolean;
}

function ImageCard({ item, first }: CardProps) {
  const { queue, status } = text.value.images;
  const { name } = item;
  const chosen = selectedId.value === item.id;
  const tabIndex = first ? 0 : -1;
  return (
    <li class={`image ${item.status}`} data-status={item.status}>
      <button
        type="button"
        class="image-select"
        tabIndex={tabIndex}
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
          <IconButton
            icon="reset"
            name={queue.retry(name)}
            tabIndex={tabIndex}
            act={() => retryItem(item.id)}
          />
        )}
        <IconButton
          icon="close"
          name={queue.remove(name)}
          tabIndex={tabIndex}
          act={() => removeAndTell(item)}
        />
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

/** The finding with the highest calibrated value among those that reach their operating points. */
function Strongest({ item }: { readonly item: Item }) {
  const calibrated = (item.result?.findings ?? []).filter((one) => calibratedOf(one) !== null);
  const [first, ...others] = calibrated.filter((one) => standingOf(one) !== "below");
  if (calibrated.length === 0) return null;
  if (!first) return <span class="image-top quiet">{text.value.images.queue.none}</span>;
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
  readonly tabIndex: number;
  readonly act: () => void;
}

function IconButton({ icon, name, tabIndex, act }: IconButtonProps) {
  return (
    <button
      type="button"
      class="plain only-icon"
      tabIndex={tabIndex}
      aria-label={name}
      title={name}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
