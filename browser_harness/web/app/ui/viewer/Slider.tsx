import { useId } from "preact/hooks";

interface SliderProps {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** The value as it is said and shown. */
  readonly said: string;
  readonly set: (value: number) => void;
}

/** A number to be set by hand or by key. */
export function Slider({ label, min, max, step, value, said, set }: SliderProps) {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={said}
        onInput={({ currentTarget }) => set(Number(currentTarget.value))}
      />
      <output for={id}>{said}</output>
    </div>
  );
}
