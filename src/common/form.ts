import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { validateSync } from 'class-validator';
import { oneLine } from './plain-text.js';
import type { Parameters, Translate } from './texts.js';

type Field<T> = Extract<keyof T, string>;
type Values = Readonly<Record<string, string | readonly string[]>>;
type FormClass<T extends object> = new () => T;

export interface FieldError {
  field: string;
  /** Key of the catalogue: the text is chosen by the view, in the person's language. */
  key: string;
  parameters: Parameters;
}

type Reading = (typed: string) => string;
const readings = new Map<object, Record<string, Reading>>();

/** How the text of a field is read (common/plain-text.ts); without it as one line. */
export function ReadAs(reading: Reading): PropertyDecorator {
  return (form, field) => readings.set(form, { ...readings.get(form), [field]: reading });
}

/** What a person typed into one form, with what is wrong in it. Values are kept as typed, so that nothing is lost. */
export class Form<T extends object> {
  private constructor(
    /** The checked values; only to be used when `valid`. */
    readonly data: T,
    private readonly typed: Values,
    readonly errors: readonly FieldError[],
    /** It comes back from an ended session: shown filled in, never executed by itself. */
    readonly resumed: boolean,
  ) {}

  static empty<T extends object>(
    form: FormClass<T>,
    prefill: Partial<Record<Field<T>, string | readonly string[]>> = {},
  ): Form<T> {
    return new Form(new form(), prefill as Values, [], false);
  }

  /** Checks the shape of a request body against the class; unknown fields are left out, strange shapes refused (400). */
  static read<T extends object>(form: FormClass<T>, body: unknown): Form<T> {
    const data = new form();
    const typed = texts(data, body);
    Object.assign(data, typed);
    const resumed = body instanceof ResumedBody;
    return new Form(data, typed, resumed ? [] : problems(data), resumed);
  }

  get valid(): boolean {
    return this.errors.length === 0 && !this.resumed;
  }

  /** 422 for a form with errors, 200 for one that is only shown again. */
  get status(): number {
    return this.errors.length > 0 ? 422 : 200;
  }

  value(field: Field<T>): string {
    const value = this.typed[field];
    return typeof value === 'string' ? value : '';
  }

  values(field: Field<T>): readonly string[] {
    const value = this.typed[field];
    return value === undefined ? [] : typeof value === 'string' ? [value] : value;
  }

  error(field: Field<T>): FieldError | undefined {
    return this.errors.find((one) => one.field === field);
  }

  /** The same form with one more refusal, as when a service says no. @param key a text of the catalogue */
  withError(field: Field<T>, key: string, parameters: Parameters = {}): Form<T> {
    const order = this.fields;
    const errors = [...this.errors, { field, key, parameters }];
    // As the fields stand on the page, so that the summary is read from top to bottom.
    const sorted = errors.toSorted((a, b) => order.indexOf(a.field as Field<T>) - order.indexOf(b.field as Field<T>));
    return new Form(this.data, this.typed, sorted, this.resumed);
  }

  /** Every field the class declares. */
  get fields(): Field<T>[] {
    return Object.keys(this.data) as Field<T>[];
  }
}

/** Marks a body that comes back from an ended session (auth/parked-forms). */
export class ResumedBody {
  constructor(fields: Record<string, unknown>) {
    // Not assigned: a field called `__proto__` would make it another kind of thing.
    for (const [name, value] of Object.entries(fields)) Object.defineProperty(this, name, { value, enumerable: true });
  }
}

/** `@Body(new FormPipe(BookAppointmentForm)) form: Form<BookAppointmentForm>` */
@Injectable()
export class FormPipe<T extends object> implements PipeTransform<unknown, Form<T>> {
  constructor(private readonly form: FormClass<T>) {}

  transform(body: unknown): Form<T> {
    return Form.read(this.form, body);
  }
}

/** Field values, without what nobody sees: text where the class has text, a list where it has a list (checkboxes). */
function texts(form: object, body: unknown): Record<string, string | string[]> {
  const source = (body ?? {}) as Record<string, unknown>;
  const own = readings.get(Object.getPrototypeOf(form) as object);
  const result: Record<string, string | string[]> = {};
  for (const [field, initial] of Object.entries(form)) {
    if (!Object.hasOwn(source, field)) continue;
    const value = source[field];
    const reading = own?.[field] ?? oneLine;
    result[field] = Array.isArray(initial) ? list(value, reading) : text(value, reading);
  }
  return result;
}

function text(value: unknown, reading: Reading): string {
  if (typeof value !== 'string') throw new BadRequestException('a field that holds one text came as something else');
  return reading(value);
}

function list(value: unknown, reading: Reading): string[] {
  return (Array.isArray(value) ? value : [value]).map((one) => text(one, reading));
}

/** Errors in the order of the fields in the class, one each. Unknown fields never get this far: see texts(). */
function problems(data: object): FieldError[] {
  const found = validateSync(data, { stopAtFirstError: true, forbidUnknownValues: false });
  const byField = new Map(
    found.map((error) => [error.property, Object.values(error.constraints ?? {})[0] ?? 'form.wrong']),
  );
  return Object.keys(data)
    .filter((field) => byField.has(field))
    .map((field) => ({ field, key: byField.get(field)!, parameters: {} }));
}

export interface FieldView {
  value: string;
  error: string;
  invalid: boolean;
}

export interface FormView<T> {
  hasErrors: boolean;
  resumed: boolean;
  errors: { href: string; message: string }[];
  errorsTitle: string;
  fields: Record<Field<T>, FieldView>;
}

/** A form as templates see it: every field present, the messages in the person's language. */
export function formView<T extends object>(form: Form<T>, t: Translate): FormView<T> {
  const views = form.fields.map((field) => {
    const error = form.error(field);
    const message = error ? t(error.key, error.parameters) : '';
    return [field, { value: form.value(field), error: message, invalid: error !== undefined }] as const;
  });
  return {
    hasErrors: form.errors.length > 0,
    resumed: form.resumed,
    errors: form.errors.map(({ field, key, parameters }) => ({ href: `#${field}`, message: t(key, parameters) })),
    errorsTitle: form.errors.length > 0 ? t.count('form.errors', form.errors.length) : '',
    fields: Object.fromEntries(views) as Record<Field<T>, FieldView>,
  };
}
