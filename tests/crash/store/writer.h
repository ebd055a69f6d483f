// The process that is killed: writes for ever to a store and says over a pipe what was acknowledged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nwd::crash {

// Each transaction `id` writes three things that belong together.
std::string LeftKey(uint64_t id);
std::string RightKey(uint64_t id);
std::string EntryOf(uint64_t id);  // in the feed kChanges

inline constexpr std::string_view kWriterFlag = "--write-until-killed";

// Writes `first_id`, `first_id` + 1, … from several coroutines at once; after each acknowledgement its id goes to
// `pipe` as eight bytes. Returns only when it cannot go on.
int WriteUntilKilled(const std::string& folder, uint64_t first_id, int pipe);

}  // namespace nwd::crash
