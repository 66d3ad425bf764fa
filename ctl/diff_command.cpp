// SPDX-License-Identifier: GPL-2.0-or-later
// `diff`: what manifests would change, in the objects and in running services.
#include <QJsonArray>
#include <QJsonDocument>

#include "commands.h"
#include "manifest_files.h"
#include "page_text.h"
#include "rpc_client.h"

namespace fos1::ctl {

namespace {

/// A value as YAML on one line.
QString onOneLine(const QJsonValue& value) {
    if (value.isString()) return value.toString();
    if (value.isObject()) return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
    if (value.isArray()) return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    if (value.isDouble()) return QString::number(value.toDouble(), 'g', 12);
    if (value.isBool()) return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    return QStringLiteral("null");
}

void printObject(const QJsonObject& object) {
    print(object[u"object"].toString() + QStringLiteral(": ") + object[u"change"].toString());
    const QJsonArray fields = object[u"fields"].toArray();
    for (const QJsonValue& field : fields) {
        const QString path = field[u"path"].toString();
        const bool hadOne = !field[u"from"].isUndefined();
        const bool hasOne = !field[u"to"].isUndefined();
        if (hadOne && hasOne)
            print(QStringLiteral("  ~ %1: %2 -> %3").arg(path, onOneLine(field[u"from"]), onOneLine(field[u"to"])));
        else if (hasOne)
            print(QStringLiteral("  + %1: %2").arg(path, onOneLine(field[u"to"])));
        else
            print(QStringLiteral("  - %1: %2").arg(path, onOneLine(field[u"from"])));
    }
}

void printPlugin(const QJsonObject& plugin) {
    if (plugin.contains(u"problem"))
        return complain(QStringLiteral("note: %1 cannot preview its changes: %2")
                            .arg(plugin[u"id"].toString(), plugin[u"problem"].toString()));
    const QString summary = plugin[u"summary"].toString();
    if (summary.isEmpty()) return;
    print({});
    print(plugin[u"id"].toString() + QStringLiteral(": ") + summary);
    // A preview has sections of the same form as a page.
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const qsizetype indented = lineWidth() > 0 ? lineWidth() - 2 : 0;
    for (const QJsonValue section : plugin[u"sections"].toArray())
        for (const QString& line : sectionText(section.toObject(), now, indented).split(u'\n', Qt::SkipEmptyParts))
            print(QStringLiteral("  ") + line);
}

/// Every object in the files, in the namespace of `-n`.
std::optional<std::vector<yaml::Document>> documentsOf(const Options& options, const QStringList& files) {
    Errors errors;
    std::vector<yaml::Document> documents = readManifests(files, errors);
    for (const Error& error : errors) complain(error.text());
    if (!errors.empty()) return std::nullopt;
    if (documents.empty()) complain(QStringLiteral("no objects in %1").arg(files.join(QStringLiteral(", "))));
    bool isGood = !documents.empty();
    for (yaml::Document& document : documents) {
        const auto object = inNamespace(document.value, options.ns);
        if (object) {
            document.value = *object;
        } else {
            complainAt(document.locate(object.error().path), object.error().text());
            isGood = false;
        }
    }
    return isGood ? std::optional(std::move(documents)) : std::nullopt;
}

}  // namespace

ExitCode diffFiles(const Options& options, const QStringList& files) {
    const auto documents = documentsOf(options, files);
    if (!documents) return ExitCode::Trouble;
    QJsonArray objects;
    for (const yaml::Document& document : *documents) objects.append(document.value.toJsonObject());
    RpcClient client(options.socket);
    const auto result = client.call(QStringLiteral("resource.preview"), {{QStringLiteral("objects"), objects}});
    if (!result) {
        if (result.error().code == RpcFailure::kNoDaemon) return complainAbout(result.error());
        for (std::size_t i = 0; i < result.error().errors.size(); ++i) {
            const Error& error = result.error().errors[i];
            const auto place = static_cast<std::size_t>(std::max<qsizetype>(result.error().places[i], 0));
            const yaml::Document& document = (*documents)[std::min(place, documents->size() - 1)];
            complainAt(document.locate(error.path), error.text());
        }
        if (result.error().errors.empty()) complain(result.error().message);
        return ExitCode::Trouble;
    }
    if (!printAs(options.output, *result)) {
        const QJsonArray changes = (*result)[u"objects"].toArray();
        for (const QJsonValue& change : changes) printObject(change.toObject());
        const QJsonArray plugins = (*result)[u"plugins"].toArray();
        for (const QJsonValue& plugin : plugins) printPlugin(plugin.toObject());
    }
    noteUnchecked(*result);
    noteWarnings(*result);
    const QJsonArray changes = (*result)[u"objects"].toArray();
    const bool isSame = std::all_of(changes.begin(), changes.end(), [](const QJsonValue& change) {
        return change[u"change"].toString() == QStringLiteral("unchanged");
    });
    return isSame ? ExitCode::Ok : ExitCode::Differs;
}

}  // namespace fos1::ctl
