// Clients of a hub's services: of a hub this machine runs from a folder, or of any other, named by its addresses and a
// certificate to show.
//
//   HubAsked asked{.services = {"directory"}};
//   AddHubOptions(options, asked, "Admin organisation to act as in it (default: its first)");
//   absl::StatusOr<HubClient> hub = HubClient::Open(asked);
//   hub->To("directory").Call<ListFeedsResponse>(request);
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/config.h"
#include "common/rpc/client.h"
#include "deploy/hub/clients.h"

namespace nwd::tool {

// For --as, where what is asked is an operator's.
inline constexpr char kAsOperatorHelp[] = "Organisation with the role OPERATOR to act as in it";

// What the command line, the environment or the file said.
struct HubAsked {
  std::vector<std::string> services = {};  // that the command calls

  std::string hub = {};  // folder of a hub that `nwd hub up` started
  std::string as = {};   // organisation to act as in it

  std::string tls = {};  // folder with tls.crt, tls.key, ca.crt: whom to act as in any other hub
  std::map<std::string, config::HostPort> addresses = {};  // of that hub's services
  std::string trust_domain = {};                           // of that hub
};

// `as_help`: what --as is for. `asked` must stay where it is until the options are read.
void AddHubOptions(config::Options& options, HubAsked& asked, const std::string& as_help);

class HubClient {
 public:
  // Where nobody is named to act as, the hub's first admin acts. An error in one sentence that says what to do; nothing
  // is connected yet.
  static absl::StatusOr<HubClient> Open(const HubAsked& asked);

  // One of the services that were asked for.
  rpc::Client& To(const std::string& service) const { return *to_.at(service); }

 private:
  std::vector<std::unique_ptr<rpc::Client>> own_;
  std::unique_ptr<hub::Clients> clients_;
  std::map<std::string, rpc::Client*> to_;  // of own_ or of clients_
};

// The same as an operator: no admin may do what is asked, so there is nobody to act as unless somebody is named.
absl::StatusOr<HubClient> OpenAsOperator(const HubAsked& asked);
// What a service answered to an operator; where it does not let this caller, with what the caller would need.
std::string Refusal(const std::string& service, const absl::Status& status);

}  // namespace nwd::tool
