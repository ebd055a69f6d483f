// nwd keys create | new | rotate | status: the hub's key, from which every service derives the keys it works with, and
// what people's keys are wrapped under.
#include <filesystem>
#include <iostream>
#include <memory>

#include "common/base/strings.h"
#include "common/crypto/key_file.h"
#include "deploy/nwd/command.h"
#include "deploy/nwd/keys_rotation.h"

namespace nwd::tool {
namespace {

constexpr char kDefaultFile[] = "hub.key";

void AddCreate(config::Options& family, Commands& commands) {
  config::Options& create = family.Command("create", "Makes a new hub's key in a file only its owner may read");
  auto file = std::make_shared<std::string>(kDefaultFile);
  create.Add("--file", file.get(), "Where to put it; must not exist");
  commands.push_back({&create, [file] {
                        // What is encrypted under a key is lost with it: never replace one.
                        if (std::filesystem::exists(*file)) {
                          return Fail(absl::AlreadyExistsError(
                              Cat(*file, " exists; what is encrypted under it could not be read any more")));
                        }
                        const auto key = crypto::HubKey::FromFile(*file, crypto::HubKey::IfMissing::kCreate);
                        if (!key.ok()) return Fail(key.status());
                        std::cout << *file << "\n";
                        return kExitDone;
                      }});
}

void AddNew(config::Options& family, Commands& commands) {
  config::Options& add = family.Command("new", "Adds a key to the file, for people's keys to be wrapped under");
  auto file = std::make_shared<std::string>(kDefaultFile);
  add.Add("--file", file.get(), "The hub's key file");
  commands.push_back({&add, [file] {
                        const absl::StatusOr<uint32_t> number = crypto::AddWrappingKey(*file);
                        if (!number.ok()) return Fail(number.status());
                        std::cout << "key " << *number << " added to " << *file
                                  << "; give this file to every service's machine, and then run nwd keys rotate\n";
                        return kExitDone;
                      }});
}

using Ask = int (*)(const HubAsked& asked, bool json);

void AddAsking(config::Options& family, Commands& commands, const std::string& name, const std::string& about,
               Ask ask) {
  config::Options& options = family.Command(name, about);
  auto asked = std::make_shared<HubAsked>();
  auto json = std::make_shared<bool>(false);
  asked->services = KeyServices();
  AddHubOptions(options, *asked, kAsOperatorHelp);
  options.Add("--json", json.get(), "Print one JSON object");
  commands.push_back({&options, [asked, json, ask] { return ask(*asked, *json); }});
}

}  // namespace

void AddKeysCommands(config::Options& program, Commands& commands) {
  config::Options& family = program.Command("keys", "The hub's key, and what people's keys are wrapped under");
  AddCreate(family, commands);
  AddNew(family, commands);
  AddAsking(family, commands, "rotate", "Wraps people's keys anew under the newest key of the file, while calls go on",
            RotateKeys);
  AddAsking(family, commands, "status", "Says under which keys of the file people's keys lie", ShowKeys);
}

}  // namespace nwd::tool
