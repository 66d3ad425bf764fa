// SPDX-License-Identifier: GPL-2.0-or-later
// fos1-plugin-check: checks whether a plugin behaves as the host expects. Runs itself again for every drill (--run), so
// that a crashing plugin does not stop it.
#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>
#include <string>

#include "conformance.h"
#include "drill.h"
#include "fos1/result.h"
#include "layout.h"

namespace {

using namespace fos1::check;

enum class ExitCode { Ok = 0, Failed = 1, Usage = 2 };

struct Typed {
    std::string file, config = "{}", snapshot, output = "text", drill, report;
    int timeout = 20;
    bool verbose = false;
};

QString text(const std::string& value) { return QString::fromStdString(value); }

void print(const QString& line) { std::printf("%s\n", line.toUtf8().constData()); }

ExitCode complain(const QString& what) {
    std::fprintf(stderr, "fos1-plugin-check: %s\n", qPrintable(what));
    return ExitCode::Usage;
}

QString word(Verdict verdict) {
    switch (verdict) {
        case Verdict::Ok: return QStringLiteral("ok");
        case Verdict::Warning: return QStringLiteral("warn");
        case Verdict::Failure: return QStringLiteral("FAIL");
        case Verdict::Unknown: break;
    }
    return QStringLiteral("?");
}

void printLine(const Finding& finding) {
    QString line = QStringLiteral("%1 %2  %3").arg(word(finding.verdict), -4).arg(finding.check, -14).arg(finding.text);
    if (!finding.hint.isEmpty()) line += QStringLiteral("; hint: ") + finding.hint;
    print(line.replace(u'\n', u' '));
    std::fflush(stdout);
}

QJsonObject toJson(const Finding& finding) {
    QJsonObject json{{"check", finding.check}, {"result", word(finding.verdict).toLower()}, {"text", finding.text}};
    if (!finding.hint.isEmpty()) json.insert("hint", finding.hint);
    return json;
}

/// The map in `json`, or the reason why it is not a map.
fos1::Result<QCborMap> parseObject(const QByteArray& json, const QString& where) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (!document.isObject())
        return fos1::failure(
            fos1::ErrorCode::InvalidInput,
            error.error == QJsonParseError::NoError ? QStringLiteral("must be a JSON object") : error.errorString(),
            where);
    return QCborMap::fromJsonObject(document.object());
}

/// `{"objects": [...]}` from the file, or an empty list when no file was given.
fos1::Result<QCborArray> objectsOf(const QString& snapshotFile) {
    if (snapshotFile.isEmpty()) return QCborArray();
    QFile file(snapshotFile);
    if (!file.open(QIODevice::ReadOnly)) return fos1::failure(fos1::ErrorCode::Io, file.errorString(), snapshotFile);
    const auto snapshot = parseObject(file.readAll(), snapshotFile);
    if (!snapshot) return tl::unexpected<fos1::Error>(snapshot.error());
    return snapshot->value(QStringLiteral("objects")).toArray();
}

ExitCode check(const Typed& typed, const QCborMap& configuration) {
    ConformanceOptions options;
    options.file = QFileInfo(text(typed.file)).absoluteFilePath();
    options.configuration = configuration;
    options.snapshotFile = text(typed.snapshot);
    options.timeout = std::chrono::seconds(typed.timeout);
    options.showsLog = typed.verbose;
    const bool isJson = typed.output == "json";
    int failures = 0;
    QJsonArray list;
    checkConformance(options, [&](const Finding& finding) {
        if (finding.verdict == Verdict::Failure) ++failures;
        if (isJson)
            list.append(toJson(finding));
        else
            printLine(finding);
    });
    if (isJson)
        print(QString::fromUtf8(
            QJsonDocument(QJsonObject{{"file", options.file}, {"conforms", failures == 0}, {"checks", list}})
                .toJson()));
    return failures == 0 ? ExitCode::Ok : ExitCode::Failed;
}

ExitCode run(const Typed& typed) {
    const auto configuration = parseObject(QByteArray::fromStdString(typed.config), QStringLiteral("--config"));
    if (!configuration) return complain(configuration.error().text());
    const auto objects = objectsOf(text(typed.snapshot));
    if (!objects) return complain(objects.error().text());
    if (!QFile::exists(text(typed.file))) return complain(text(typed.file) + QStringLiteral(": no such file"));
    if (typed.drill.empty()) return check(typed, *configuration);
    if (!drillNames().contains(text(typed.drill))) return complain(QStringLiteral("no such drill"));
    runDrill(text(typed.drill),
             {text(typed.file), *configuration, *objects, installedSchemas(),
              std::chrono::milliseconds(typed.timeout * 250)},
             text(typed.report));
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    CLI::App app("Checks that a plugin behaves as fos1-hostd expects.", "fos1-plugin-check");
    Typed typed;
    app.add_option("file", typed.file, "The plugin's shared object")->required();
    app.add_option("--config", typed.config, "Its section of host.yaml, as JSON")->type_name("JSON");
    app.add_option("--snapshot", typed.snapshot, "Desired state to test with: {\"objects\": [...]}")->type_name("FILE");
    app.add_option("--timeout", typed.timeout, "Seconds allowed for a step; a reconcile gets a quarter of that")
        ->check(CLI::Range(3, 3600))
        ->capture_default_str();
    app.add_option("-o,--output", typed.output, "text or json")->check(CLI::IsMember({"text", "json"}));
    app.add_flag("-v,--verbose", typed.verbose, "Show what the plugin logs");
    app.add_option("--run", typed.drill)->group("");
    app.add_option("--report", typed.report)->group("");
    app.set_version_flag("--version", "fos1-plugin-check " FOS1_VERSION);
    app.footer(
        "Prints one line per check: ok, warn or FAIL, the finding, and how to fix it. The plugin is called only in "
        "separate processes.\nExit status: 0 conforms, 1 does not conform, 2 usage error.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::Usage);
    }
    return static_cast<int>(run(typed));
}
