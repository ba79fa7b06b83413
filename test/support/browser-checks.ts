import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContext, Page } from 'playwright-core';
import type { Answer } from './visit.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** An e-mail address without a blank, 18 digits in it, and a German name. */
const LONG = '123456789012345678.maria-antonietta@rechtsschutzversicherungsgesellschaften.example';

/** Where recorded pages are shown: a name that leads nowhere, so that nothing but the page itself can be loaded. */
const ORIGIN = 'http://portale.invalid';

/** A tab that shows recorded answers, under their own policy; any other request is a fault. */
export class Stage {
  readonly page: Page;
  /** Requests of the page shown, besides the page. */
  readonly strays: string[] = [];
  private answer: Answer | null = null;
  private dark = false;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(context: BrowserContext): Promise<Stage> {
    const stage = new Stage(await context.newPage());
    await stage.page.route('**', (route) => {
      const { answer } = stage;
      if (!answer || !route.request().isNavigationRequest()) {
        stage.strays.push(route.request().url());
        return route.abort();
      }
      const { 'content-encoding': _encoding, 'content-length': _length, ...headers } = answer.headers;
      return route.fulfill({ status: answer.status, headers, body: answer.html });
    });
    return stage;
  }

  async show(answer: Answer): Promise<void> {
    this.answer = answer;
    if (this.dark) await this.page.emulateMedia({ colorScheme: 'light' });
    this.dark = false;
    this.strays.length = 0;
    await this.page.goto(`${ORIGIN}/`, { waitUntil: 'load' });
  }

  /** The page shown, as who wants dark colours sees it. */
  async darken(): Promise<void> {
    this.dark = true;
    await this.page.emulateMedia({ colorScheme: 'dark' });
  }

  /** @returns one line for each violation. @param only some rules, '' for all */
  async axe(only: string[] = []): Promise<string[]> {
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axeSource);
    return this.page.evaluate(async (rules) => {
      const { axe } = globalThis as unknown as {
        axe: { run: (where: unknown, options: object) => Promise<AxeResult> };
      };
      const options = {
        resultTypes: ['violations'],
        ...(rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : {}),
      };
      const { violations } = await axe.run(document, options);
      return violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ html }) => `${id}: ${help} (${html.slice(0, 160)})`),
      );
    }, only);
  }

  /** @param percent size of the text alone, as its reader sets it. @returns what reaches beyond the window at this width */
  async overflow(width: number, percent = 100): Promise<string[]> {
    await this.page.setViewportSize({ width, height: 900 });
    return this.page.evaluate((size) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`html { font-size: ${size}% !important }`);
      document.adoptedStyleSheets = [sheet];
      const room = document.documentElement.clientWidth;
      const { scrollWidth } = document.documentElement;
      // What a band cuts off makes the page no wider, and is lost all the same. A frame of a table scrolls by itself.
      const wide = [...document.querySelectorAll('body *')].filter(
        (one) =>
          one.checkVisibility() &&
          !one.closest('svg, .visually-hidden, .skip-link, .table-frame > *') &&
          one.getBoundingClientRect().right > room + 1,
      );
      document.adoptedStyleSheets = [];
      if (scrollWidth <= room && wide.length === 0) return [];
      return [
        `${scrollWidth} px: ${wide
          .slice(-3)
          .map((one) => one.outerHTML.slice(0, 120))
          .join(' | ')}`,
      ];
    }, percent);
  }

  /** Every text ends in a word that no line holds, as names, numbers and addresses of real people do. */
  async lengthen(): Promise<void> {
    await this.page.evaluate((word) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const kept = 'svg, .visually-hidden, .nowrap';
      while (texts.nextNode()) {
        const text = texts.currentNode as Text;
        if (text.data.trim() && !text.parentElement?.closest(kept)) text.data = `${text.data.trimEnd()} ${word} `;
      }
    }, LONG);
  }

  /** 320 px are also 1280 at 400 % (WCAG 1.4.10); the letters alone at 200 %: 1.4.4. Long words hold the short ones. */
  async holdsLongWords(): Promise<void> {
    await this.lengthen();
    assert.deepEqual(await this.overflow(320), [], '320 px, long words');
    assert.deepEqual(await this.overflow(360, 200), [], '360 px, letters twice as large, long words');
  }

  /** @returns links and controls smaller than 24 px, but for those in a line of text (WCAG 2.5.8) */
  async smallTargets(): Promise<string[]> {
    return this.page.evaluate(() => {
      const LEAST = 24;
      const inText = (one: Element) =>
        getComputedStyle(one).display.startsWith('inline') &&
        [...(one.parentNode?.childNodes ?? [])].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        );
      const shown = [...document.querySelectorAll('a, button, select, textarea, input:not([type=hidden])')].filter(
        (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1,
      );
      const small = shown.filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        if (width >= LEAST && height >= LEAST) return false;
        // Links and link-like buttons in sentences, and small ones with room around them, are excepted by the criterion.
        return !inText(one) && !spaced(one);
      });
      return small.map(
        (one) =>
          `${Math.round(one.getBoundingClientRect().width)}×${Math.round(one.getBoundingClientRect().height)} ${one.outerHTML.slice(0, 120)}`,
      );

      /** No other target within a circle of 24 px around its centre. */
      function spaced(one: Element): boolean {
        const own = one.getBoundingClientRect();
        const [x, y] = [own.left + own.width / 2, own.top + own.height / 2];
        return shown.every((other) => {
          if (other === one) return true;
          const { left, right, top, bottom } = other.getBoundingClientRect();
          const [dx, dy] = [Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)];
          return Math.hypot(dx, dy) >= LEAST / 2;
        });
      }
    });
  }

  /** Tabs through the first stops. @returns those on which nothing shows where the focus is, or that are covered */
  async hiddenFocus(stops: number): Promise<string[]> {
    const found: string[] = [];
    for (let stop = 0; stop < stops; stop++) {
      await this.page.keyboard.press('Tab');
      const fault = await this.page.evaluate(focusFault);
      if (fault) found.push(fault);
    }
    return found;
  }

  /** The same for the first radio or checkbox, whose mark is on its label's box. */
  async hiddenChoice(): Promise<string[]> {
    const choice = this.page.locator('main input[type=radio], main input[type=checkbox]').first();
    if ((await choice.count()) === 0) return [];
    await choice.focus();
    const fault = await this.page.evaluate(focusFault);
    return fault ? [fault] : [];
  }

  /** Text spacing as WCAG 1.4.12 wants it borne. @returns elements whose text is cut */
  async cutByTextSpacing(): Promise<string[]> {
    return this.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }',
      );
      document.adoptedStyleSheets = [sheet];
      const room = document.documentElement.clientWidth;
      const cut = [...document.querySelectorAll('body *')].filter((one) => {
        if (!one.checkVisibility() || one.closest('svg, .visually-hidden, .skip-link') || one.clientWidth <= 1)
          return false;
        // What is typed in a line scrolls in it, with spacing or without.
        if (one.matches('input')) return false;
        const { overflowX, overflowY } = getComputedStyle(one);
        const clips = overflowX === 'hidden' || overflowX === 'clip' || overflowY === 'hidden' || overflowY === 'clip';
        return clips && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
      });
      const wide =
        document.documentElement.scrollWidth > room
          ? [`the page grows to ${document.documentElement.scrollWidth} px`]
          : [];
      document.adoptedStyleSheets = [];
      return [...wide, ...cut.map((one) => one.outerHTML.slice(0, 120))];
    });
  }

  /** Whether the policy let the page have its style. */
  async isStyled(): Promise<boolean> {
    return this.page.evaluate(() => document.styleSheets.length === 1 && document.styleSheets[0]!.cssRules.length > 50);
  }
}

/** Runs in the page. @returns what is wrong with how the focus shows, '' when nothing is */
function focusFault(): string {
  const one = document.activeElement;
  if (!one || one === document.body) return 'nothing has the focus';
  const label = one.nextElementSibling?.tagName === 'LABEL' ? one.nextElementSibling : null;
  const styles = [getComputedStyle(one), ...(label ? [getComputedStyle(label, '::before')] : [])];
  const marked = styles.some(({ outlineStyle, outlineWidth, outlineColor }) => {
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== 'rgba(0, 0, 0, 0)';
  });
  if (!marked) return `no outline on ${one.outerHTML.slice(0, 120)}`;
  const { left, top, width, height } = one.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  const seen = above && (one.contains(above) || above.contains(one) || label?.contains(above));
  return seen ? '' : `covered: ${one.outerHTML.slice(0, 120)}`;
}

interface AxeResult {
  violations: { id: string; help: string; nodes: { html: string }[] }[];
}
