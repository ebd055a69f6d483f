// nwd import: a directory feed into a running hub, as one of its admins.
#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/feed/importer.h"
#include "deploy/nwd/command.h"
#include "deploy/nwd/hub_client.h"

namespace nwd::tool {
namespace {

constexpr size_t kProblemsShownMax = 20;

struct Asked {
  std::string source;
  std::string feed;
  HubAsked hub{.services = {"directory"}};
  bool partial = false;
  bool check_only = false;
  bool take_over = false;
  bool json = false;
};

void PrintProblems(const feed::Imported& imported) {
  const size_t shown = std::min(imported.problems.size(), kProblemsShownMax);
  for (size_t i = 0; i < shown; ++i) {
    const auto& problem = imported.problems[i];
    std::cout << Cat("  ", feed::Place(problem), ": ", problem.description(), problem.left_out() ? " (left out)" : "",
                     "\n");
  }
  if (imported.problem_count > static_cast<int>(shown))
    std::cout << Cat("  and ", imported.problem_count - shown, " more\n");
}

void PrintJson(const feed::Imported& imported, size_t pages) {
  nlohmann::json problems = nlohmann::json::array();
  for (const auto& problem : imported.problems) {
    problems.push_back({{"page", problem.page()},
                        {"index", problem.index()},
                        {"field", problem.field()},
                        {"description", problem.description()},
                        {"left_out", problem.left_out()}});
  }
  const auto& done = imported.done;
  const nlohmann::json all = {{"feed_id", imported.feed_id},   {"pages", pages},
                              {"services", imported.services}, {"created", done.created()},
                              {"updated", done.updated()},     {"unchanged", done.unchanged()},
                              {"missing", done.missing()},     {"deactivated", done.deactivated()},
                              {"left_out", done.left_out()},   {"problem_count", imported.problem_count},
                              {"problems", problems}};
  std::cout << all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

void Print(const feed::Imported& imported, bool check_only) {
  if (feed::CheckAnythingTaken(imported).ok()) {
    const auto& done = imported.done;
    std::cout << Cat(check_only ? "would be " : "", done.created(), " created, ", done.updated(), " updated, ",
                     done.unchanged(), " unchanged, ", done.missing(), " missing, ", done.deactivated(),
                     " deactivated, ", done.left_out(), " left out\n");
  }
  if (imported.problem_count > 0)
    std::cout << Cat(imported.problem_count, imported.problem_count == 1 ? " problem:\n" : " problems:\n");
  PrintProblems(imported);
}

// What to do about it, where that is known: nobody there, not an admin, another import in the way.
absl::Status WithAdvice(const absl::Status& status) {
  if (absl::IsUnavailable(status)) {
    return absl::UnavailableError(Cat("the hub's directory does not answer (", status.message(),
                                      "); see that it runs, and that its address is right, and import again"));
  }
  if (absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status)) {
    return absl::PermissionDeniedError(Cat("the hub's directory refuses this (", status.message(),
                                           "); only a hub admin imports: name one by --as, or its certificates by "
                                           "--tls"));
  }
  const std::string import_id = feed::ImportInTheWay(status);
  if (import_id.empty()) return status;
  return absl::FailedPreconditionError(Cat(status.message(), "; if import ", import_id,
                                           " will not be finished, run this again with --take-over to abort it and "
                                           "begin anew"));
}

absl::Status RunImport(const Asked& asked) {
  NWD_ASSIGN_OR_RETURN(const HubClient hub, HubClient::Open(asked.hub));
  NWD_ASSIGN_OR_RETURN(const std::vector<feed::Page> pages, feed::ReadPages(asked.source));

  const bool progress = isatty(STDERR_FILENO) != 0;
  const auto on_page = [&](int done) {
    if (progress)
      std::cerr << Cat("\r  page ", done, " of ", pages.size(), done == static_cast<int>(pages.size()) ? "\n" : "");
  };
  const absl::StatusOr<feed::Imported> imported = feed::Import(hub.To("directory"),
                                                               {.slug = asked.feed,
                                                                .source = feed::IsUrl(asked.source) ? asked.source : "",
                                                                .full = !asked.partial,
                                                                .validate_only = asked.check_only,
                                                                .take_over = asked.take_over},
                                                               pages, on_page);
  if (!imported.ok()) return WithAdvice(imported.status());
  if (asked.json) {
    PrintJson(*imported, pages.size());
  } else {
    Print(*imported, asked.check_only);
  }
  return feed::CheckAnythingTaken(*imported);
}

}  // namespace

void AddImportCommand(config::Options& program, Commands& commands) {
  auto asked = std::make_shared<Asked>();
  config::Options& options =
      program.Command("import", "Imports a directory feed (Open Referral UK v3) into a running hub");
  options.Add("source", &asked->source, "A JSON file, a folder of them, or an http(s) URL").Required();
  options.Add("--feed", &asked->feed, "Readable name of the feed in the hub").Required();
  AddHubOptions(options, asked->hub, "Admin organisation to act as in it (default: its first)");
  options.Add("--partial", &asked->partial, "The pages are not the whole feed: nothing counts as missing");
  options.Add("--check-only", &asked->check_only, "Check and count; change nothing");
  options.Add("--take-over", &asked->take_over,
              "Abort an import of this feed that the same admin left open, and begin anew");
  options.Add("--json", &asked->json, "Print one JSON object, with every problem");
  commands.push_back({&options, [asked] {
                        const absl::Status status = RunImport(*asked);
                        return status.ok() ? kExitDone : Fail(status);
                      }});
}

}  // namespace nwd::tool
