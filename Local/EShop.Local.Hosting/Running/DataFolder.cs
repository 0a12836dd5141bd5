using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;

namespace EShop.Local.Hosting;

/// <summary>
/// Everything that a local application keeps: data, made-up secrets, logs, its own state. <c>Local:DataFolder</c>, else <c>ESHOP_DATA</c>,
/// else <c>.eshop</c> beside the app model's folder.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    // Others may pass through, for PostgreSQL runs as another user when we are root; only we may list or read.
    private const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly ConditionalWeakTable<IDistributedApplicationBuilder, DataFolder> Known = [];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Lock _gate = new();
    private FileStream? _claim;

    private DataFolder(string root) => Root = root;

    /// <summary>The setting that names the folder; an app model finds there the one that is in use.</summary>
    public const string Setting = "Local:DataFolder";

    public string Root { get; }

    public string Logs => Path.Combine(Root, "logs");

    private string Secrets => Path.Combine(Root, "secrets.json");

    /// <summary>The folder of an application; read when it is first needed, after the builder's caller could configure it.</summary>
    public static DataFolder Of(IDistributedApplicationBuilder builder) => Known.GetValue(builder, b => new DataFolder(Path.GetFullPath(
        b.Configuration[Setting] ?? b.Configuration["ESHOP_DATA"] ?? Path.Combine(b.AppHostDirectory, "..", ".eshop"))));

    /// <summary>A folder inside, made if it is missing.</summary>
    public string Folder(params ReadOnlySpan<string> path)
    {
        Create(Root);
        var folder = Path.Combine([Root, .. path]);
        Create(folder);
        return folder;
    }

    /// <summary>Writes a file whole or not at all: who reads it never sees half.</summary>
    public void Write(string name, string text)
    {
        Create(Root);
        var path = Path.Combine(Root, name);
        var draft = $"{path}.{Environment.ProcessId}.new";
        using (var stream = new FileStream(draft, Options(FileMode.Create)))
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        File.Move(draft, path, overwrite: true);
    }

    public void Delete(string name) => File.Delete(Path.Combine(Root, name));

    /// <summary>A secret by its key: made up once, then always the same.</summary>
    public string Secret(string key, Func<string> make)
    {
        lock (_gate)
        {
            var secrets = File.Exists(Secrets) ? JsonNode.Parse(File.ReadAllText(Secrets))!.AsObject() : [];
            if (secrets[key] is { } kept)
                return kept.GetValue<string>();
            var secret = make();
            secrets[key] = secret;
            Write("secrets.json", secrets.ToJsonString(Indented));
            return secret;
        }
    }

    /// <summary>Takes the folder for this host; throws if another one runs on it.</summary>
    public void Claim()
    {
        Create(Root);
        var path = Path.Combine(Root, "host.lock");
        try
        {
            // The lock is the system's and goes with the process, however it ends.
            _claim = new FileStream(path, Options(FileMode.OpenOrCreate));
        }
        catch (IOException)
        {
            var owner = File.Exists(Path.Combine(Root, "host.pid")) ? File.ReadAllText(Path.Combine(Root, "host.pid")).Trim() : "unknown";
            throw new DistributedApplicationException(
                $"It runs already (process {owner}, data in {Root}): './eshop ps' shows it, './eshop down' stops it.");
        }

        Write("host.pid", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Release()
    {
        if (_claim is null)
            return;
        Delete("host.pid");
        _claim.Dispose();
        _claim = null;
    }

    public void Dispose() => Release();

    private static void Create(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, Passable);
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Ours;
        return options;
    }
}
