using System.Text.Json.Nodes;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>
/// What the three templates are rendered with. Written once, as JSON, and read by every engine into its own kind of objects, so that
/// all of them print the same values.
/// </summary>
internal static class Models
{
    internal static JsonObject Of(string name) => name switch
    {
        "imapd" => Imapd(),
        "nginx" => Nginx(),
        "list" => Rows(500),
        _ => throw new ArgumentException("no such template", nameof(name)),
    };

    private static JsonObject Imapd()
    {
        var paths = new JsonObject();
        foreach (var (name, path) in new[]
        {
            ("conf", "/srv/cyrus/conf"), ("run", "/run/cyrus"), ("spool", "/srv/mail/spool"), ("archive", "/srv/archive/spool"),
            ("temp", "/run/search"), ("meta", "/srv/cyrus/meta"), ("data", "/srv/mail/search"), ("arch", "/srv/archive/search"),
        })
        {
            paths[name] = path + "/imap3314";
        }

        return new JsonObject
        {
            ["slot"] = new JsonObject
            {
                ["name"] = "imap3314",
                ["class"] = "ssd",
                ["store"] = "nvme2",
                ["master"] = true,
                ["paths"] = paths,
                ["peer_names"] = new JsonArray("imap4114", "imap5214"),
                ["peers"] = new JsonArray(
                    new JsonObject { ["name"] = "imap4114", ["address"] = "10.41.0.14" },
                    new JsonObject { ["name"] = "imap5214", ["address"] = "10.52.0.14" }),
            },
            ["settings"] = new JsonObject
            {
                ["imap"] = new JsonObject { ["archive_after"] = "7d", ["timeout"] = 32 },
                ["slot_ports"] = new JsonObject { ["sync"] = 2005 },
                ["repl_password"] = "s3same&<open>",
            },
        };
    }

    private static JsonObject Nginx()
    {
        var locations = new JsonArray();
        for (var i = 0; i < 20; i++)
        {
            var place = new JsonObject { ["path"] = $"/service{i}/", ["body"] = 8 + i };
            if (i % 4 == 0)
            {
                place["alias"] = $"/srv/www/static{i}/";
                place["expires"] = $"{i + 1}h";
            }
            else
            {
                place["alias"] = null;
                place["upstream"] = $"backend{i % 3}";
                place["timeout"] = 30 + i;
            }

            locations.Add((JsonNode)place);
        }

        return new JsonObject
        {
            ["site"] = new JsonObject
            {
                ["name"] = "mail.example.org",
                ["names"] = new JsonArray("mail.example.org", "webmail.example.org", "m.example.org"),
                ["upstream"] = "backend0",
                ["address"] = "192.0.2.10",
                ["root"] = "/srv/www/mail",
                ["servers"] = new JsonArray(
                    new JsonObject { ["address"] = "10.0.0.11", ["port"] = 8080 },
                    new JsonObject { ["address"] = "10.0.0.12", ["port"] = 8080 }),
                ["locations"] = locations,
            },
        };
    }

    private static JsonObject Rows(int count)
    {
        var rows = new JsonArray();
        for (var i = 0; i < count; i++)
        {
            rows.Add((JsonNode)new JsonObject
            {
                ["name"] = $"host{i:D3}",
                ["address"] = $"10.9.{i / 250}.{i % 250}",
                ["hardware"] = $"52:54:00:00:{i >> 8:x2}:{i & 255:x2}",
                ["active"] = i % 3 != 0,
                ["port"] = 1024 + i,
            });
        }

        return new JsonObject { ["title"] = "hosts", ["rows"] = rows };
    }
}
