#include "common/facts/facts.h"

#include <algorithm>

namespace nwd::facts {
namespace {

// The tables have a few dozen rows at most: a scan beats an index.
template <typename Value>
const Value* FindBy(const std::vector<Value>& values, std::string Value::*field, std::string_view wanted) {
  const auto it =
      std::find_if(values.begin(), values.end(), [&](const Value& value) { return value.*field == wanted; });
  return it == values.end() ? nullptr : &*it;
}

}  // namespace

Facts::Facts(std::vector<Borough> boroughs, std::vector<Hub> hubs, std::vector<PriorityGroup> priority_groups,
             LivingWage living_wage)
    : boroughs_(std::move(boroughs)),
      hubs_(std::move(hubs)),
      priority_groups_(std::move(priority_groups)),
      living_wage_(std::move(living_wage)) {}

const Borough* Facts::FindBorough(std::string_view code) const { return FindBy(boroughs_, &Borough::code, code); }

const Borough* Facts::FindBoroughBySlug(std::string_view slug) const { return FindBy(boroughs_, &Borough::slug, slug); }

const Hub* Facts::FindHub(std::string_view slug) const { return FindBy(hubs_, &Hub::slug, slug); }

const Hub* Facts::HubOf(std::string_view borough_code) const {
  const Borough* borough = FindBorough(borough_code);
  return borough == nullptr ? nullptr : FindHub(borough->hub);
}

std::vector<const Borough*> Facts::BoroughsOf(std::string_view hub_slug) const {
  std::vector<const Borough*> found;
  for (const Borough& borough : boroughs_) {
    if (borough.hub == hub_slug) found.push_back(&borough);
  }
  return found;
}

const PriorityGroup* Facts::FindPriorityGroup(std::string_view slug) const {
  return FindBy(priority_groups_, &PriorityGroup::slug, slug);
}

std::vector<const PriorityGroup*> Facts::WithParents(std::string_view slug) const {
  std::vector<const PriorityGroup*> groups;
  for (const PriorityGroup* group = FindPriorityGroup(slug); group != nullptr;
       group = FindPriorityGroup(group->parent)) {
    groups.push_back(group);
  }
  return groups;
}

}  // namespace nwd::facts
