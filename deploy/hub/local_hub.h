// Starts and stops a hub of four on loopback.
//
//   absl::StatusOr<HubState> hub = Up({.folder = "build/hub"});
//   absl::Status stopped = Down("build/hub", kStopPatience);
//
// Up makes what is missing (certificates, the hub's key, folders), starts the four programs, and returns when each has
// said that it is ready. If one does not, all are stopped again and the error carries what it said. The processes go on
// when the caller ends. While one brings a hub up or down, another that would is refused (FAILED_PRECONDITION).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "deploy/hub/state.h"

namespace nwd::hub {

inline constexpr absl::Duration kReadyPatience = absl::Seconds(60);
inline constexpr absl::Duration kStopPatience = absl::Seconds(30);

struct UpOptions {
  std::string folder;
  std::string trust_domain = "hub.local";
  std::vector<std::string> admins = {"hub-office", "hub-assurance"};
  std::vector<std::string>
      organisations;       // that get certificates besides the admins; the registry does not know them yet
  std::string programs;    // where nwd-directory and the others lie; empty: beside this program
  std::string facts;       // reference data; empty: that of this installation
  bool any_ports = false;  // free ports instead of the usual ones
  bool end_with_parent = false;
  std::string log_level = "info";
};

// Where a hub runs from this folder, starts those of its services that have ended; ALREADY_EXISTS where none has.
// FAILED_PRECONDITION, before anything is made, where a usual port is taken or the key of data that is there is not.
absl::StatusOr<HubState> Up(const UpOptions& options);

// FAILED_PRECONDITION where another program has one of the usual ports; it says which, and whose that is.
absl::Status CheckUsualPorts();

// Starts one service of a running hub again after it has ended: same data, same ports. For operators' and tests'
// restarts.
absl::Status StartAgain(const UpOptions& options, HubState& hub, std::string_view service);

// NOT_FOUND where none runs.
absl::Status Down(const std::string& folder, absl::Duration patience);

}  // namespace nwd::hub
