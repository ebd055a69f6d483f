// A log over HTTP, as C2SP tlog-tiles has it, for whoever follows or verifies it. It holds no personal data, and is
// served to whoever can reach the port that metrics have:
//
//   /audit/checkpoint                          the newest; never cached
//   /audit/tile/<L>/<N>[.p/<W>]                hashes; a full tile never changes and may be kept for ever
//   /audit/tile/entries/<N>[.p/<W>]            entries
//   /audit/cited                               the checkpoint that a later epoch's first entry cites
//   /audit/keys                                the keys that sign, newest first: to be compared with what the hub told
//                                              by other means, not to be trusted from here
//
// In a later epoch (epoch.h) tiles and entries are under /audit/<epoch>/: a tile of the epoch before, which somebody keeps for
// ever, has another name. Those of the epochs before stay, as far as the backup had them, each with its last checkpoint,
// /audit/<epoch>/checkpoint (/audit/1/checkpoint of the first): so whoever remembers a checkpoint can compare.
//
// Anything else under /audit/ is 404: a path that is not exactly a tile's name, and a tile that the log has not reached. The
// first epoch's pages are under /audit/1/ too.
#pragma once

#include "common/audit/log.h"
#include "common/http/http_server.h"

namespace nwd::audit {

// Adds the routes; before the server starts. `log` must outlive it.
void ServeLog(http::HttpServer& server, const Log& log);

}  // namespace nwd::audit
