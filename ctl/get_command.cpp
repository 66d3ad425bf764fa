// SPDX-License-Identifier: GPL-2.0-or-later
// `get`: objects of any kind, in the columns that the kind's CRD names.
#include <QJsonArray>
#include <set>

#include "commands.h"
#include "human_text.h"
#include "json_path.h"
#include "text_table.h"

namespace fos1::ctl {
namespace {

bool isNamed(const QJsonObject& kind, const QString& name) {
    for (const char* field : {"kind", "plural", "singular"})
        if (kind.value(QLatin1String(field)).toString().compare(name, Qt::CaseInsensitive) == 0) return true;
    for (const QJsonValue shortName : kind.value(u"shortNames").toArray())
        if (shortName.toString().compare(name, Qt::CaseInsensitive) == 0) return true;
    return false;
}

QString cell(const QJsonObject& object, const QJsonObject& column, const QDateTime& now) {
    const QJsonValue value = valueAt(object, column.value(u"jsonPath").toString());
    return column.value(u"type").toString() == u"date" ? ageSince(value.toString(), now) : cellText(value);
}

QString objectTable(const QJsonArray& objects, const QJsonArray& columns) {
    std::set<QString> namespaces;
    for (const QJsonValue object : objects)
        namespaces.insert(valueAt(object, QStringLiteral(".metadata.namespace")).toString());
    const bool showsNamespace = namespaces.size() > 1;

    QStringList header{QStringLiteral("NAME")};
    if (showsNamespace) header.prepend(QStringLiteral("NAMESPACE"));
    for (const QJsonValue column : columns) header << column.toObject().value(u"name").toString().toUpper();

    TextTable table(header);
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (const QJsonValue value : objects) {
        const QJsonObject object = value.toObject();
        QStringList row{valueAt(object, QStringLiteral(".metadata.name")).toString()};
        if (showsNamespace) row.prepend(valueAt(object, QStringLiteral(".metadata.namespace")).toString());
        for (const QJsonValue column : columns) row << cell(object, column.toObject(), now);
        table.add(row);
    }
    return table.text(lineWidth());
}

/// The columns of the kind that the user calls `name`; empty when the daemon does not know it.
QJsonArray columnsOf(const QJsonObject& crds, const QString& name) {
    for (const QJsonValue kind : crds.value(u"kinds").toArray())
        if (isNamed(kind.toObject(), name)) return kind.toObject().value(u"columns").toArray();
    return {};
}

}  // namespace

ExitCode getResources(const Options& options, const QString& kind, const QString& name) {
    RpcClient client(options.socket);
    QJsonObject params{{QStringLiteral("kind"), kind}};
    if (!name.isEmpty()) params.insert(QStringLiteral("name"), name);
    if (!options.ns.isEmpty()) params.insert(QStringLiteral("namespace"), options.ns);
    const auto found =
        client.call(name.isEmpty() ? QStringLiteral("resource.list") : QStringLiteral("resource.get"), params);
    if (!found) return complainAbout(found.error());

    if (options.output != OutputFormat::Table) {
        QJsonObject shown = *found;
        if (name.isEmpty())
            shown = QJsonObject{{QStringLiteral("apiVersion"), QStringLiteral("v1")},
                                {QStringLiteral("kind"), QStringLiteral("List")},
                                {QStringLiteral("items"), found->value(u"items").toArray()}};
        printAs(options.output, shown);
        return ExitCode::Ok;
    }
    const QJsonArray objects = name.isEmpty() ? found->value(u"items").toArray() : QJsonArray{*found};
    if (objects.isEmpty()) {
        complain(QStringLiteral("no objects of kind %1").arg(kind));
        return ExitCode::Ok;
    }
    const auto crds = client.call(QStringLiteral("crd.list"), {});
    if (!crds) return complainAbout(crds.error());
    print(objectTable(objects, columnsOf(*crds, kind)));
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
