// PostGraphile on a database URL and a port: its newest preset, with what a team would add to read Airflow's tables.

import { createServer } from "node:http";

import { PgAggregatesPreset } from "@graphile/pg-aggregates";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const [url, port] = process.argv.slice(2);

// Airflow declares no foreign key from a run to its DAG.
const relations = jsonPgSmartTags({
  version: 1,
  config: { class: { dag_run: { tags: { foreignKey: "(dag_id) references dag (dag_id)" } } } },
});

const preset = {
  extends: [PostGraphileAmberPreset, PgAggregatesPreset],
  plugins: [relations],
  pgServices: [makePgService({ connectionString: url, schemas: ["public"] })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(port), "127.0.0.1");
