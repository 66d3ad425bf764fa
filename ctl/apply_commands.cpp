// SPDX-License-Identifier: GPL-2.0-or-later
// `apply` and `delete`: change desired state through the daemon.
#include <QJsonArray>

#include "commands.h"
#include "manifest_files.h"

namespace fos1::ctl {
namespace {

QString text(const QCborMap& map, const char* field) { return map.value(QLatin1String(field)).toString(); }

/// "widget.example.com/main", as kubectl names an object.
QString shortText(const QCborMap& object) {
    const QString group = text(object, "apiVersion").section(u'/', 0, 0);
    const QString name = text(object.value(QStringLiteral("metadata")).toMap(), "name");
    return text(object, "kind").toLower() + u'.' + group + u'/' + name;
}

/// Prints mistakes that the daemon found, at their position in the manifest: "file:line:col: spec.x: what".
void complainAbout(const yaml::Document& document, const Errors& errors) {
    for (const Error& error : errors) complainAt(document.locate(error.path), error.text());
}

/// Reads all `files` before anything is sent, so that a mistake in one of them leaves the daemon unchanged.
std::optional<std::vector<yaml::Document>> readAll(const QStringList& files) {
    Errors errors;
    std::vector<yaml::Document> documents = readManifests(files, errors);
    for (const Error& error : errors) complain(error.text());
    if (errors.empty() && documents.empty())
        complain(QStringLiteral("no objects in %1").arg(files.join(QStringLiteral(", "))));
    if (!errors.empty() || documents.empty()) return std::nullopt;
    return documents;
}

/// Calls `method` for each object; `say` prints the result.
template <typename Params, typename Say>
ExitCode forEach(const Options& options, const QStringList& files, const QString& method, const Params& params,
                 const Say& say) {
    const auto documents = readAll(files);
    if (!documents) return ExitCode::Failed;
    RpcClient client(options.socket);
    ExitCode code = ExitCode::Ok;
    for (const yaml::Document& document : *documents) {
        const auto object = inNamespace(document.value, options.ns);
        if (!object) {
            complainAbout(document, {object.error()});
            code = ExitCode::Failed;
            continue;
        }
        const auto result = client.call(method, params(*object));
        if (result) {
            say(*object, *result);
            continue;
        }
        code = ExitCode::Failed;
        if (result.error().code == RpcFailure::kNoDaemon) return ctl::complainAbout(result.error());
        if (result.error().errors.empty())
            complainAt(document.locate({}), objectText(*object) + QStringLiteral(": ") + result.error().message);
        else
            complainAbout(document, result.error().errors);
    }
    return code;
}

/// Prints the result for a person, or collects it for a program.
void note(const Options& options, const QCborMap& object, const QString& result, QJsonArray& results) {
    if (options.output == OutputFormat::Table) return print(shortText(object) + u' ' + result);
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    QJsonObject shown{{QStringLiteral("kind"), text(object, "kind")},
                      {QStringLiteral("name"), text(metadata, "name")},
                      {QStringLiteral("result"), result}};
    if (const QString ns = text(metadata, "namespace"); !ns.isEmpty()) shown.insert(QStringLiteral("namespace"), ns);
    results.append(shown);
}

}  // namespace

ExitCode applyFiles(const Options& options, const QStringList& files) {
    QJsonArray applied;
    QJsonArray results;
    const ExitCode code = forEach(
        options, files, QStringLiteral("resource.apply"),
        [](const QCborMap& object) {
            return QJsonObject{{QStringLiteral("object"), object.toJsonObject()}};
        },
        [&](const QCborMap& object, const QJsonObject& result) {
            note(options, object, result.value(u"result").toString(), results);
            noteUnchecked(result);
            applied.append(object.toJsonObject());
        });
    printAs(options.output, {{QStringLiteral("results"), results}});
    if (applied.isEmpty()) return code;
    // What was accepted need not be in force.
    const auto preview =
        RpcClient(options.socket).call(QStringLiteral("resource.preview"), {{QStringLiteral("objects"), applied}});
    if (preview) noteWarnings(*preview);
    return code;
}

ExitCode deleteFiles(const Options& options, const QStringList& files, HandWrittenFile file) {
    QJsonArray results;
    const ExitCode code = forEach(
        options, files, QStringLiteral("resource.delete"),
        [file](const QCborMap& object) {
            const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
            QJsonObject params{{QStringLiteral("kind"), text(object, "kind")},
                               {QStringLiteral("name"), text(metadata, "name")}};
            if (const QString ns = text(metadata, "namespace"); !ns.isEmpty())
                params.insert(QStringLiteral("namespace"), ns);
            if (file == HandWrittenFile::Remove) params.insert(QStringLiteral("removeFile"), true);
            return params;
        },
        [&](const QCborMap& object, const QJsonObject&) { note(options, object, QStringLiteral("deleted"), results); });
    printAs(options.output, {{QStringLiteral("results"), results}});
    return code;
}

ExitCode deleteResource(const Options& options, const QString& kind, const QString& name, HandWrittenFile file) {
    QJsonObject params{{QStringLiteral("kind"), kind}, {QStringLiteral("name"), name}};
    if (!options.ns.isEmpty()) params.insert(QStringLiteral("namespace"), options.ns);
    if (file == HandWrittenFile::Remove) params.insert(QStringLiteral("removeFile"), true);
    ExitCode code = ExitCode::Ok;
    if (!call(options, QStringLiteral("resource.delete"), params, code)) return code;
    params.remove(QStringLiteral("removeFile"));
    params.insert(QStringLiteral("result"), QStringLiteral("deleted"));
    if (!printAs(options.output, {{QStringLiteral("results"), QJsonArray{params}}}))
        print(QStringLiteral("%1 \"%2\" deleted").arg(kind, name));
    return code;
}

}  // namespace fos1::ctl
