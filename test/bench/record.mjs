// Loaded before the program (node --import): notes every statement that goes to PostgreSQL, and hands the list over.
import pg from 'pg';

const noted = [];
const query = pg.Client.prototype.query;

pg.Client.prototype.query = function recorded(config, values, callback) {
  const { name, text } = typeof config === 'string' ? { text: config } : config;
  const pool = this.connectionParameters.application_name === 'myinps sessions' ? 'session' : 'page';
  const statement = {
    pool,
    name,
    text,
    values: (typeof values === 'function' ? undefined : values) ?? config.values ?? [],
  };
  // Sent while an earlier one on the same connection is still under way: the floor sends it so, too.
  statement.together = this.benchUnderWay > 0;
  this.benchUnderWay = (this.benchUnderWay ?? 0) + 1;
  noted.push(statement);
  const done = () => this.benchUnderWay--;
  if (typeof values === 'function') return query.call(this, config, after(values, done));
  if (typeof callback === 'function') return query.call(this, config, values, after(callback, done));
  const result = query.call(this, config, values);
  return result?.finally?.(done) ?? result;
};

process.on('message', (message) => {
  if (message === 'take the statements') process.send({ statements: noted.splice(0) });
});

function after(callback, done) {
  return (...results) => {
    done();
    callback(...results);
  };
}
