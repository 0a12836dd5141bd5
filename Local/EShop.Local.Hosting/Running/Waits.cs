using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>Finds waits that could never end.</summary>
internal static class Waits
{
    /// <summary>A sentence for each circle: who waits for whom until it closes.</summary>
    public static IEnumerable<string> Circles(DistributedApplicationModel model)
    {
        var done = new HashSet<IResource>();
        foreach (var resource in model.Resources)
        {
            if (Find(resource, [], done) is { } circle)
                yield return $"{string.Join(" waits for ", circle.Select(one => $"'{one.Name}'"))}: none of them would ever start.";
        }
    }

    private static List<IResource>? Find(IResource resource, List<IResource> way, HashSet<IResource> done)
    {
        if (way.Contains(resource))
            return [.. way.SkipWhile(one => one != resource), resource];
        if (!done.Add(resource))
            return null;
        way.Add(resource);
        var next = resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource);
        if (resource is IResourceWithParent { Parent: var parent })
            next = next.Append(parent);
        var circle = next.Select(one => Find(one, way, done)).FirstOrDefault(found => found is not null);
        way.RemoveAt(way.Count - 1);
        return circle;
    }
}
