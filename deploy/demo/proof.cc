// What was promised can be proved: a stranger, who has only the logs' keys, checks what the hub says it did.
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/shell.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

// Runs `nwd audit …` as a process of its own; its exit code.
int Audit(const World& world, const std::string& arguments, const std::string& output) {
  const std::string nwd = hub::Quoted(hub::ProgramsFolder() + "/nwd");
  const std::string file = hub::Quoted(Cat(world.hub_folder(), "/", output));
  const int status = std::system(Cat(nwd, " audit ", arguments, " > ", file, " 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string In(const World& world, const std::string& file) { return Cat(world.hub_folder(), "/", file); }

// The keys as the hub's office would publish them.
absl::Status PublishKey(const World& world, const std::string& service) {
  const int code = Audit(world,
                         Cat("key --hub-key ", hub::Quoted(hub::KeyFile(world.hub_folder())), " --trust-domain ",
                             world.trust_domain(), " --service ", service),
                         Cat(service, ".audit-key"));
  return Same("the exit code of nwd audit key", 0, code);
}

std::string KeyOption(const World& world, const std::string& service) {
  return Cat(" --key ", hub::Quoted(In(world, Cat(service, ".audit-key"))));
}

Figure DisclosureIsProved(World& world) {
  NWD_RETURN_IF_ERROR(PublishKey(world, "consent"));
  const Person& person = world.people.front();
  const std::string holder = person.registrar;
  v1::ListDisclosuresRequest list;
  list.set_person_ref(person.refs.at(holder));
  NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListDisclosuresResponse>(holder, list));
  NWD_RETURN_IF_ERROR(Holds("something about the first person was disclosed", listed.disclosures_size() > 0));
  v1::GetDisclosureProofRequest prove;
  prove.set_person_ref(list.person_ref());
  prove.set_disclosure_id(listed.disclosures(0).disclosure_id());
  NWD_RETURN_IF_ERROR(Refused("the proof of what was disclosed of somebody else's person",
                              world.Call<v1::GetDisclosureProofResponse>(kUnrelated, prove).status(),
                              absl::StatusCode::kPermissionDenied));
  NWD_ASSIGN_OR_RETURN(const auto proved, world.Call<v1::GetDisclosureProofResponse>(holder, prove));

  std::string proof = proved.proof();
  const std::string file = In(world, "disclosure.tlog-proof");
  const auto verify = [&] {
    std::ofstream(file) << proof;
    return Audit(world, Cat("verify ", hub::Quoted(file), KeyOption(world, "consent")), "audit-verify.out");
  };
  NWD_RETURN_IF_ERROR(Same("the exit code of who verifies a proof", 0, verify()));
  proof[proof.find("\nindex ") - 2] ^= 1;
  NWD_RETURN_IF_ERROR(Holds("a proof with a byte changed does not hold", verify() != 0));
  return "by another program, with the published key alone; one byte changed is noticed";
}

Figure LogsAreWhole(World& world) {
  std::string figure;
  for (const hub::RunningService& service : world.clients().hub().services) {
    NWD_RETURN_IF_ERROR(PublishKey(world, service.name));
    const std::string output = Cat(service.name, ".audit");
    const int code = Audit(
        world, Cat("verify http://127.0.0.1:", service.http_port, "/audit", KeyOption(world, service.name)), output);
    NWD_RETURN_IF_ERROR(Same(Cat("the exit code of who verifies the log of ", service.name), 0, code));
    std::ifstream told(In(world, output));
    std::string whole, entries;
    told >> whole >> entries;
    figure += Cat(figure.empty() ? "" : ", ", service.name, " ", entries);
  }
  return Cat("every entry read, the tree made anew: ", figure);
}

}  // namespace

void TellProof(World& world, Story& story) {
  story.Chapter("Proof: whoever doubts can check");
  story.Step("a disclosure is proved to be in the audit log", [&] { return DisclosureIsProved(world); });
  story.Step("the four audit logs are whole", [&] { return LogsAreWhole(world); });
}

}  // namespace nwd::demo
