// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/vlan_spec.h"

#include <algorithm>

#include "fos1/cbor_reader.h"

namespace fos1::vlan {

namespace {

constexpr qint64 kHighestId = 4094;

void readAddress(const QString& text, const QString& path, VlanSpec& spec, Errors& errors) {
    const auto address = InterfaceAddress::parse(text);
    if (!address) {
        errors.push_back({ErrorCode::InvalidInput,
                          QStringLiteral("\"%1\" is not an address with its prefix length").arg(text), path});
        return;
    }
    // The same address may appear in both `address` and `addresses`.
    if (std::find(spec.addresses.begin(), spec.addresses.end(), *address) == spec.addresses.end())
        spec.addresses.push_back(*address);
}

}  // namespace

tl::expected<VlanSpec, Errors> parseVlan(const DesiredObject& object) {
    Errors errors;
    const CborReader reader(object.spec, QStringLiteral("spec"), &errors);
    VlanSpec spec;
    spec.key = object.key;
    spec.generation = object.generation;
    spec.created = object.metadata.value(QStringLiteral("creationTimestamp")).toString();
    const qint64 id = reader.integer(QStringLiteral("id"));
    if (id < 1 || id > kHighestId)
        errors.push_back(
            {ErrorCode::InvalidInput, QStringLiteral("must be from 1 to 4094"), QStringLiteral("spec.id")});
    else
        spec.id = VlanId{static_cast<quint16>(id)};
    spec.interface = reader.text(QStringLiteral("interface"));
    if (spec.interface.isEmpty())
        errors.push_back({ErrorCode::InvalidInput, QStringLiteral("is required"), QStringLiteral("spec.interface")});
    spec.name = reader.text(QStringLiteral("name"));
    spec.tagging = reader.boolean(QStringLiteral("untagged")) ? Tagging::Untagged : Tagging::Tagged;
    spec.zone = reader.text(QStringLiteral("zone"));
    spec.enabled = reader.boolean(QStringLiteral("enabled"), true);
    if (reader.has(QStringLiteral("address")))
        readAddress(reader.text(QStringLiteral("address")), QStringLiteral("spec.address"), spec, errors);
    const QCborArray more = reader.array(QStringLiteral("addresses"));
    for (qsizetype i = 0; i < more.size(); ++i)
        readAddress(more.at(i).toString(), QStringLiteral("spec.addresses[%1]").arg(i), spec, errors);
    if (!errors.empty()) return tl::unexpected(errors);
    return spec;
}

}  // namespace fos1::vlan
