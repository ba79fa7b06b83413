import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it, mock } from 'node:test';
import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { AccessGuard } from '#src/auth/access.guard.js';
import { citizen, staff, system, type Actor } from '#src/common/actor.js';
import { Database, Sources } from '#src/common/database.js';
import { Forbidden } from '#src/common/errors.js';
import { ErasedParts } from '#src/common/erased.js';
import { ExportedParts, type ExportedRecord } from '#src/common/exported.js';
import { Texts } from '#src/common/texts.js';
import { dataSource } from '#src/data-source.js';
import { AddressesService } from '#src/profile/contacts/addresses.service.js';
import { ContactChangesService } from '#src/profile/contacts/contact-changes.service.js';
import { ContactCodesService } from '#src/profile/contacts/contact-codes.service.js';
import { ContactsModule } from '#src/profile/contacts/contacts.module.js';
import { ThemselvesGuard } from '#src/profile/contacts/themselves.guard.js';
import { ProfileService } from '#src/profile/index.js';
import { testApp, type TestApp } from '../support/app.ts';
import { addContact, addPostalAddress, ContactPages } from '../support/contacts.ts';
import { citizenOf } from '../support/people.ts';
import { signedInAs } from '../support/sign-in.ts';

const t = new Texts('views').for('it');

let portal: TestApp;
let db: Database;
let maria: ContactPages;
let luca: ContactPages;
before(async () => {
  portal = await testApp();
  const { web, worker } = portal.db;
  db = new Database(
    new Sources(dataSource({ url: web, pool: 4, name: 'test' }), dataSource({ url: worker, pool: 2, name: 'test' })),
  );
  await db.onModuleInit();
  const now = portal.clock.now();
  maria = new ContactPages(portal, await signedInAs(portal, await citizenOf(portal.db, 'maria', now)));
  luca = new ContactPages(portal, await signedInAs(portal, await citizenOf(portal.db, 'luca', now)));
  for (const { subject } of [maria, luca]) {
    await addContact(portal.db, subject, { kind: 'email', value: 'una@posta.example', at: now });
    await addContact(portal.db, subject, { kind: 'pec', value: 'una@pec.example', at: now });
    await addPostalAddress(portal.db, subject, now);
  }
});
after(async () => {
  await db.onApplicationShutdown();
  await portal.close();
});

const run = (actor: Actor, sql: string, parameters: unknown[] = []) =>
  db.actingAs(actor, () => db.execute(sql, parameters));
/** Giovanni, say, on Maria's behalf. */
const delegate = () => citizen(maria.subject, luca.subject);
const TABLES = ['contact', 'contact_change', 'postal_address'] as const;

describe('contacts, by PostgreSQL', () => {
  for (const table of TABLES) {
    it(`show a person their own rows of ${table} alone, and nothing to staff or unnamed work`, async () => {
      const owners = (actor: Actor) =>
        db.actingAs(actor, () => db.query<{ citizen_id: string }>(`SELECT citizen_id FROM ${table}`));
      const own = await owners(citizen(maria.subject));
      assert.ok(own.length > 0 && own.every(({ citizen_id }) => citizen_id === maria.subject));
      assert.deepEqual([await owners(staff('op-1', 'RM-1')), await owners(system('public'))], [[], []]);
    });
  }

  const CHANGES: readonly [string, string][] = [
    [
      'contact',
      `INSERT INTO contact (citizen_id, kind, value, version, created_at, updated_at) VALUES ($1, 'phone', '+390612345678', gen_random_uuid(), '2026-04-01', '2026-04-01')`,
    ],
    ['contact', `UPDATE contact SET value = 'x@pec.example' WHERE citizen_id = $1 AND kind = 'pec'`],
    ['postal_address', `UPDATE postal_address SET street = 'Via Altra' WHERE citizen_id = $1`],
    ['contact_change', `UPDATE contact_change SET tries = tries + 1 WHERE citizen_id = $1 AND confirmed_at IS NULL`],
    ['citizen', `UPDATE citizen SET residence_istat = '040012' WHERE id = $1`],
    [
      'contact_change',
      `SELECT contact_change_ask(gen_random_uuid(), 'email', 'x@posta.example', ARRAY[repeat('x', 43)], NULL, repeat('x', 43), '2026-04-01') FROM citizen WHERE id = $1`,
    ],
  ];
  for (const [table, sql] of CHANGES) {
    it(`are not changed by a delegate: ${sql.slice(0, 40)}… (${table})`, async () => {
      if (table === 'contact_change' && sql.startsWith('UPDATE'))
        await maria.write('/email', { valore: 'nuova@posta.example' });
      await assert.rejects(run(delegate(), sql, [maria.subject]), { code: '42501' });
      // The same as the person themselves is taken, so that it was not refused for another reason.
      await assert.doesNotReject(run(citizen(maria.subject), sql, [maria.subject]));
    });
  }

  it('are not removed by a delegate', async () => {
    for (const table of ['contact', 'postal_address'])
      assert.equal(await run(delegate(), `DELETE FROM ${table} WHERE citizen_id = $1`, [maria.subject]), 0);
  });

  it('are not written for somebody else', async () => {
    await assert.rejects(run(citizen(luca.subject), CHANGES[0]![1], [maria.subject]), { code: '42501' });
    assert.equal(await run(citizen(luca.subject), CHANGES[1]![1], [maria.subject]), 0);
  });

  it('go live by no other way than a code that was right', async () => {
    const now = portal.clock.now();
    const forged = `UPDATE contact SET value = $2, verified_at = $3 WHERE citizen_id = $1 AND kind = 'email'`;
    await assert.rejects(run(citizen(maria.subject), forged, [maria.subject, 'falsa@posta.example', now]), {
      code: '23514',
    });
    const unverified = `UPDATE contact SET verified_at = NULL WHERE citizen_id = $1 AND kind = 'email'`;
    await assert.rejects(run(citizen(maria.subject), unverified, [maria.subject]), { code: '23514' });
  });

  it('let nobody give a code more tries, more time, or a second life', async () => {
    const [change] = await portal.db.query<{ id: string }>(
      'SELECT id FROM contact_change WHERE citizen_id = $1 AND confirmed_at IS NULL AND ended_at IS NULL',
      [maria.subject],
    );
    const set = (what: string) =>
      run(citizen(maria.subject), `UPDATE contact_change SET ${what} WHERE id = $1`, [change!.id]);
    await set('tries = 1').catch(() => {});
    await assert.rejects(set('tries = 0'), { code: '23514' });
    await assert.rejects(set('tries = tries + 2'), { code: '23514' });
    for (const column of ['expires_at', 'asked_at', 'value', 'code_hash', 'address', 'citizen_id'])
      await assert.rejects(set(`${column} = ${column}`), { code: '42501' }, column);
    await assert.rejects(set(`confirmed_at = expires_at`), { code: '23514' });
    await set(`ended_at = asked_at`);
    await assert.rejects(set('ended_at = NULL'), { code: '23514' });
  });

  it('let nobody write a change past the function that counts them', async () => {
    const sql = `INSERT INTO contact_change (id, citizen_id, kind, value, address, code_hash, asked_at, expires_at) VALUES ($2, $1, 'email', 'x@posta.example', repeat('x', 43), repeat('x', 43), '2026-04-01', '2026-04-01 00:30')`;
    await assert.rejects(run(citizen(maria.subject), sql, [maria.subject, randomUUID()]), { code: '42501' });
  });

  it('count every code by an address: without one there is none', async () => {
    const ask = (counted: string) =>
      run(
        citizen(luca.subject),
        `SELECT contact_change_ask(gen_random_uuid(), 'email', 'x@posta.example', ${counted}, NULL, repeat('x', 43), '2026-04-01')`,
      );
    for (const counted of ['ARRAY[]::text[]', 'NULL', 'ARRAY[NULL]::text[]', `ARRAY[repeat('x', 43), NULL]`])
      await assert.rejects(ask(counted), { code: '22023' }, counted);
    await assert.doesNotReject(ask(`ARRAY[repeat('y', 43)]`));
  });

  it('keep the residence in one place alone', async () => {
    const both = `UPDATE citizen SET residence_istat = '058091', residence_country = 'CA', residence_locality = 'Toronto' WHERE id = $1`;
    await assert.rejects(run(citizen(maria.subject), both, [maria.subject]), { code: '23514' });
  });
});

describe('a delegate, by the program', () => {
  it('is refused every change before PostgreSQL is asked', async () => {
    const acting = { subject: maria.subject, by: luca.subject };
    const get = <T>(token: abstract new (...args: never[]) => T): T => portal.app.get(token, { strict: false });
    const italian = { street: 'Via Roma', number: '1', extra: '', postalCode: '00185', comune: 'Roma' };
    for (const change of [
      () => get(ContactCodesService).ask(acting, 'email', 'x@posta.example', '', t),
      () => get(ContactCodesService).confirm(acting, 'email', { id: randomUUID(), code: '123456' }, t),
      () => get(ContactChangesService).save(acting, 'pec', 'x@pec.example', ''),
      () => get(ContactChangesService).remove(acting, 'pec', randomUUID(), t),
      () => get(AddressesService).saveInItaly(acting, italian, ''),
      () => get(ProfileService).moveTo(acting, 'Roma', ''),
    ])
      await assert.rejects(async () => change(), Forbidden);
  });
});

describe('a delegate at the pages of contacts', () => {
  it('is refused each of them before anything is read, a form with an error too', async () => {
    const admit = AccessGuard.prototype.canActivate;
    /** A session of a delegate: the same person's, but somebody else is at the keyboard. */
    const delegated = mock.method(
      AccessGuard.prototype,
      'canActivate',
      async function (this: AccessGuard, context: ExecutionContext) {
        const admitted = await admit.call(this, context);
        const req = context.switchToHttp().getRequest<Request>();
        if (req.acting) req.acting = { ...req.acting, by: luca.subject };
        return admitted;
      },
    );
    try {
      const forms = ['/email', '/cellulare', '/pec', '/telefono', '/indirizzo', '/indirizzo/estero', '/email/codice'];
      const reading = ['', ...forms, '/email/rimozione', '/indirizzo/rimozione'];
      for (const path of reading) assert.equal((await maria.show(path)).status, 403, path);
      for (const path of [...forms, '/email/codice/invio', '/email/codice/annullamento', '/pec/rimozione']) {
        const answer = await maria.send(path, {});
        assert.equal(answer.status, 403, path);
        assert.doesNotMatch(answer.$.html(), /una@|Via Esempio/);
      }
    } finally {
      delegated.mock.restore();
    }
    assert.equal((await maria.send('/pec', {})).status, 422, 'the person themselves is shown the form again');
  });

  it('is refused by whatever controller of contacts comes', () => {
    const controllers = Reflect.getMetadata('controllers', ContactsModule) as object[];
    assert.ok(controllers.length >= 5);
    for (const one of controllers) assert.deepEqual(Reflect.getMetadata('__guards__', one), [ThemselvesGuard]);
  });
});

describe('what belongs to a person', () => {
  it('is in their copy, without hashes', async () => {
    const parts = portal.app
      .get(ExportedParts)
      .all.filter(({ tables }) => tables.some((one) => (TABLES as readonly string[]).includes(one)));
    assert.equal(parts.length, 3);
    const acting = { subject: luca.subject, by: luca.subject };
    const records: ExportedRecord[] = [];
    await portal.app.get(Database).actingAs(citizen(luca.subject), async () => {
      for (const part of parts)
        for await (const page of part.records(acting, t)) {
          for (const record of page)
            assert.deepEqual(
              Object.keys(record),
              part.columns.map(({ name }) => name),
            );
          records.push(...page);
        }
    });
    const text = JSON.stringify(records);
    assert.match(text, /una@posta\.example.*una@pec\.example/);
    assert.match(text, /Via Esempio/);
    assert.ok(!text.includes('x'.repeat(43)));
  });

  it('goes when their erasure is granted', async () => {
    const part = portal.app.get(ErasedParts).all.find(({ id }) => id === 'contacts')!;
    await db.asWorker(() => db.actingAs(system('erasure'), () => part.erase(luca.subject, portal.clock.now())));
    for (const table of TABLES) {
      const count = async (who: ContactPages) =>
        (await portal.db.query(`SELECT 1 FROM ${table} WHERE citizen_id = $1`, [who.subject])).length;
      assert.equal(await count(luca), 0, table);
      assert.ok((await count(maria)) > 0, table);
    }
  });
});
