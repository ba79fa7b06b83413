import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import Handlebars from 'handlebars';
import { LANGUAGES, type Language, type Texts } from './texts.js';

type Render = (model: object) => string;
type Program = hbs.AST.Program;

const OPTIONS = {
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: { if: true, unless: true, each: true, with: true },
  preventIndent: true,
};

/**
 * Compiles every template once per language. Two words are resolved here, so that they cost nothing at run time:
 * `{{t 'key' name=value}}` becomes the text of the language, `{{icon 'cal'}}` an svg that uses the page's sprite.
 */
export class Templates {
  private readonly compiled = new Map<string, Render>();
  private readonly sprites = new Map<string, string>();
  private readonly sources = new Map<string, string>();
  private readonly icons = new Map<string, string>();

  constructor(
    private readonly viewsDir: string,
    private readonly texts: Texts,
  ) {
    this.readSources();
    for (const language of LANGUAGES) this.compileAll(language);
  }

  /** The names of all pages: `appointments/new`, `errors/404`… */
  get views(): string[] {
    return [...this.sources.keys()].filter((name) => !/^(partials|layouts)\//.test(name));
  }

  /** @returns the HTML of a template; throws on a value the template names and the model lacks. */
  render(view: string, language: Language, model: object): string {
    const render = this.compiled.get(`${language}:${view}`);
    if (!render) throw new Error(`no view "${view}"`);
    return render(model);
  }

  /** The symbols of just the icons that the view and the layout use. */
  sprite(view: string): string {
    return this.sprites.get(view) ?? '';
  }

  private readSources(): void {
    for (const file of readdirSync(this.viewsDir, { recursive: true, encoding: 'utf8' })) {
      const name = relative('', file).split(sep).join('/');
      const path = join(this.viewsDir, file);
      if (name.endsWith('.hbs')) this.sources.set(name.slice(0, -4), readFileSync(path, 'utf8'));
      if (/^icons\/.*\.svg$/.test(name)) this.icons.set(name.slice(6, -4), readFileSync(path, 'utf8').trim());
    }
  }

  private compileAll(language: Language): void {
    const handlebars = Handlebars.create();
    for (const [name, source] of this.sources) {
      if (!name.startsWith('partials/')) continue;
      handlebars.registerPartial(name.slice('partials/'.length), compiled(handlebars, this.program(source, language)));
    }
    for (const [name, source] of this.sources) {
      if (name.startsWith('partials/')) continue;
      const template = compiled(handlebars, this.program(source, language));
      this.compiled.set(`${language}:${name}`, (model) => template(model));
      if (language === 'it') this.sprites.set(name, this.spriteOf([name, 'layouts/page']));
    }
  }

  private program(source: string, language: Language): Program {
    const program = Handlebars.parse(trimmed(source));
    this.resolve(program, language);
    return program;
  }

  /** Replaces `t` and `icon` in a program and in everything below it. */
  private resolve(program: Program, language: Language): void {
    program.body = program.body.flatMap((statement) => this.resolved(statement, language));
  }

  private resolved(statement: hbs.AST.Statement, language: Language): hbs.AST.Statement[] {
    if (statement.type === 'MustacheStatement') {
      const mustache = statement as hbs.AST.MustacheStatement;
      const helper = (mustache.path as hbs.AST.PathExpression).original;
      if (helper === 't') return this.text(mustache, language);
      if (helper === 'icon') return [content(mustache, iconUse(literal(mustache)))];
    }
    if (statement.type === 'BlockStatement') {
      const block = statement as hbs.AST.BlockStatement;
      this.resolve(block.program, language);
      if (block.inverse) this.resolve(block.inverse, language);
    }
    if (statement.type === 'PartialStatement' || statement.type === 'PartialBlockStatement') {
      for (const pair of (statement as hbs.AST.PartialStatement).hash?.pairs ?? []) {
        pair.value = this.argument(pair.value, language);
      }
    }
    return [statement];
  }

  /** `label=(t 'key')` in the call of a partial becomes the text itself. */
  private argument(value: hbs.AST.Expression, language: Language): hbs.AST.Expression {
    if (value.type !== 'SubExpression') return value;
    const call = value as hbs.AST.SubExpression;
    if ((call.path as hbs.AST.PathExpression).original !== 't') return value;
    const text = this.texts.raw(language, literal(call));
    return { type: 'StringLiteral', value: text, original: text, loc: value.loc } as hbs.AST.StringLiteral;
  }

  /** The text cut at its placeholders: fixed pieces as content, values as ordinary (escaped) mustaches. */
  private text(mustache: hbs.AST.MustacheStatement, language: Language): hbs.AST.Statement[] {
    const key = literal(mustache);
    const raw = this.texts.raw(language, key);
    const values = new Map(mustache.hash?.pairs.map((pair) => [pair.key, pair.value]));
    return raw.split(/(\{[a-zA-Z]+\})/).map((piece) => {
      const name = /^\{([a-zA-Z]+)\}$/.exec(piece)?.[1];
      if (!name) return content(mustache, key.endsWith('-html') ? piece : Handlebars.escapeExpression(piece));
      const value = values.get(name);
      if (!value) throw new Error(`the text "${key}" needs a value for {${name}}`);
      return { ...mustache, path: value, params: [], hash: undefined, escaped: true } as unknown as hbs.AST.Statement;
    });
  }

  private spriteOf(names: string[]): string {
    const used = new Set<string>();
    const seen = new Set<string>();
    const walk = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const source = this.sources.get(name) ?? '';
      for (const [, icon = ''] of source.matchAll(/\{\{icon '([a-z-]+)'\}\}/g)) used.add(icon);
      for (const [, partial = ''] of source.matchAll(/\{\{#?> ?([a-z-]+)/g)) walk(`partials/${partial}`);
    };
    names.forEach(walk);
    return [...used]
      .toSorted()
      .map((icon) => this.symbol(icon))
      .join('');
  }

  private symbol(icon: string): string {
    const inner = this.icons.get(icon);
    if (inner === undefined) throw new Error(`no icon "${icon}" in views/icons`);
    return `<symbol id="i-${icon}" viewBox="0 0 24 24">${inner}</symbol>`;
  }
}

/**
 * A template as a function alone. Handlebars' own compile() would keep the syntax tree of each for as long as the program
 * runs: three languages of them are a tenth of its memory.
 */
function compiled(handlebars: typeof Handlebars, program: Program): HandlebarsTemplateDelegate {
  const source = handlebars.precompile(program, OPTIONS) as string;
  return handlebars.template(new Function(`return ${source}`)() as TemplateSpecification);
}

/** Indentation is for the author of a template; on a slow line every byte is for the reader. */
function trimmed(source: string): string {
  return source.replace(/^[ \t]+/gm, '').replace(/\n{2,}/g, '\n');
}

function iconUse(name: string): string {
  return `<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}

function literal(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression): string {
  const first = call.params[0];
  if (first?.type !== 'StringLiteral') throw new Error('t and icon take a fixed name in quotes');
  return (first as hbs.AST.StringLiteral).value;
}

function content(at: hbs.AST.Node, text: string): hbs.AST.ContentStatement {
  return { type: 'ContentStatement', value: text, original: text, loc: at.loc } as unknown as hbs.AST.ContentStatement;
}
