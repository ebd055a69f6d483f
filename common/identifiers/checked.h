// What a check of an identifier gives: its one normal form, or why it is none. A reason is one sentence for the person
// who typed it, says what was expected, and never repeats what was typed.
//
//   const Checked nino = CheckNino(request.nino());
//   if (!nino.ok()) violations.Add("nino", nino.reason);
//   else digest = key.Compute(nino.value);
#pragma once

#include <string>
#include <string_view>

namespace nwd::identifiers {

struct Checked {
  std::string value;        // the normal form; empty unless ok()
  std::string_view reason;  // lives as long as the program; empty if ok()

  bool ok() const { return reason.empty(); }

  static Checked Ok(std::string value) { return {std::move(value), {}}; }
  static Checked Bad(std::string_view reason) { return {{}, reason}; }
};

// The text without white space, in capitals: as people write identifiers, in groups and in either case.
std::string Compact(std::string_view text);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace nwd::identifiers
