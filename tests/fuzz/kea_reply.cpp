// SPDX-License-Identifier: GPL-2.0-or-later
// Kea's answers: a reply is read or refused with a reason; an edit of a configuration is valid JSON, changes what it
// should, and is undone by its opposite.
#include "kea/kea_reply.h"
#include "fuzz.h"
#include "kea/kea_config.h"

namespace fos1::fuzz {

namespace {

using namespace dhcp;

std::vector<SubnetPlan> plansFor(const KeaConfig& config, const char* address) {
    SubnetPlan plan;
    plan.ownership = Ownership::Ours;
    if (address) plan.addresses.push_back(*net::IpAddress::parse(QString::fromLatin1(address)));
    return std::vector<SubnetPlan>(config.subnets().size(), plan);
}

struct Way {
    Option56Form form = Option56Form::Unknown;
    Sntp sntp = Sntp::Unknown;
};

/// Returns the edited text, or the same when nothing changes.
QByteArray edit(const QByteArray& text, const KeaFamily& family, const Way& way, const char* address) {
    const auto root = parseJson(text);
    FUZZ_CLAIM(root);
    const auto config = KeaConfig::read(*root, family, way.sntp);
    FUZZ_CLAIM(config);
    const QByteArray edited = config->edited(plansFor(*config, address), way.form);
    if (edited.isNull()) return text;
    const auto again = parseJson(edited);
    FUZZ_CLAIM(again);
    const auto reread = KeaConfig::read(*again, family, way.sntp);
    FUZZ_CLAIM(reread && reread->subnets().size() == config->subnets().size());
    for (const Subnet& subnet : reread->subnets()) FUZZ_CLAIM(subnet.hasOurs == (address != nullptr));
    FUZZ_CLAIM(reread->edited(plansFor(*reread, address), way.form).isNull());
    return edited;
}

void configuration(const JsonSpan& root, const KeaFamily& family, const char* address) {
    const auto config = KeaConfig::read(root, family);
    if (!config) {
        FUZZ_CLAIM(saysWhy(config.error()));
        return;
    }
    for (const Way& way : {Way{Option56Form::Bytes, Sntp::Omitted}, Way{Option56Form::Suboptions, Sntp::Told}}) {
        const QByteArray withdrawn = edit(root.text.toByteArray(), family, way, nullptr);
        const QByteArray told = edit(withdrawn, family, way, address);
        FUZZ_CLAIM(config->subnets().empty() || told != withdrawn);
    }
}

}  // namespace

void runOne(const QByteArray& input) {
    const auto reply = readReply(input);
    if (!reply) {
        FUZZ_CLAIM(saysWhy(reply.error()));
        return;
    }
    configuration(reply->arguments.member(kKea4.root), kKea4, "10.0.0.1");
    configuration(reply->arguments.member(kKea6.root), kKea6, "fd00::1");
}

}  // namespace fos1::fuzz
