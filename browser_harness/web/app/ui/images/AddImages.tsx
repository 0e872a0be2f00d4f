import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { exampleNameOf, text } from "../../text/language.js";
import type { Example } from "../../host/manifest.js";
import { useFocus } from "../page/focus.js";
import { Icon, type IconName } from "../page/Icon.js";
import { fetchExample } from "../state/examples.js";
import { imagesOf } from "../state/incoming.js";
import { addFiles } from "../state/queue.js";
import { release } from "../state/session.js";

const TYPES = "image/png,image/jpeg,application/dicom,.dcm,.dicom,.ima,*/*";

/** Every way to give images but dropping and pasting; `large` while there is none yet. */
export function AddImages({ large = false }: { readonly large?: boolean }) {
  const words = text.value.images.add;
  const heading = useFocus<HTMLHeadingElement>();
  const pickers = (
    <div class="pickers">
      <Picker icon="add" name={large ? words.choose : words.more} kind="files" primary={large} />
      <Picker icon="camera" name={words.photograph} kind="camera" brief={!large} />
      <Picker icon="folder" name={words.folder} kind="folder" brief={!large} />
    </div>
  );
  if (!large) return pickers;
  return (
    <section class="card add" aria-labelledby="add-heading">
      <Icon name="upload" />
      <h2 id="add-heading" ref={heading} tabIndex={-1}>
        {words.heading}
      </h2>
      <p>{words.hint}</p>
      {pickers}
      <p class="quiet with-icon">
        <Icon name="lock" />
        {words.private}
      </p>
      <Examples />
    </section>
  );
}

interface PickerProps {
  readonly icon: IconName;
  readonly name: string;
  readonly kind: "files" | "camera" | "folder";
  readonly primary?: boolean;
  /** Only the drawing is seen. */
  readonly brief?: boolean;
}

/** A file input in a button's clothes: the input itself takes focus and clicks. */
function Picker({ icon, name, kind, primary = false, brief = false }: PickerProps) {
  const id = useId();
  const asks = {
    files: { accept: TYPES, multiple: true },
    camera: { accept: "image/*", capture: "environment" as const },
    folder: { multiple: true, webkitdirectory: true },
  }[kind];
  const look = primary ? "button primary large" : brief ? "button only-icon" : "button";
  const take = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    addFiles(kind === "folder" ? imagesOf(files) : files);
  };
  return (
    <span class={`picker for-${kind}`}>
      <input
        id={id}
        class="unseen"
        type="file"
        {...asks}
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      <label for={id} class={look} title={brief ? name : undefined}>
        <Icon name={icon} />
        <span class={brief ? "unseen" : undefined}>{name}</span>
      </label>
    </span>
  );
}

function Examples() {
  const words = text.value.images.add;
  const failed = useSignal(false);
  const examples = release.value?.examples ?? [];
  if (examples.length === 0) return null;
  const open = async (example: Example) => {
    failed.value = false;
    try {
      addFiles([await fetchExample(example)]);
    } catch {
      failed.value = true;
    }
  };
  return (
    <div class="examples">
      <h3>{words.examples}</h3>
      <ul>
        {examples.map((example) => (
          <li key={example.path}>
            <button
              type="button"
              aria-label={words.example(exampleNameOf(example.title))}
              onClick={() => void open(example)}
            >
              {exampleNameOf(example.title)}
            </button>
          </li>
        ))}
      </ul>
      {failed.value && <p role="alert">{words.exampleFailed}</p>}
    </div>
  );
}
