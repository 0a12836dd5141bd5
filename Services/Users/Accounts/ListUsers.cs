using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users.Accounts;

internal readonly record struct UserSearch([FromQuery(Name = "search")] string? Text);

/// <summary><c>GET /api/users</c>: everybody, newest first, for admins; <c>search</c> looks into names and addresses.</summary>
internal static class ListUsers
{
    public static async Task<Page<UserView>> HandleAsync(
        [AsParameters] PageQuery page, [AsParameters] UserSearch search, UsersDb db, CancellationToken cancellationToken)
    {
        var users = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search.Text))
        {
            var searched = User.Searchable(search.Text.Trim());
            users = users.Where(user => user.SearchText.Contains(searched));
        }

        var total = await users.LongCountAsync(cancellationToken);
        var found = await users.OrderByDescending(user => user.Id).Skip(page.Skip).Take(page.Size)
            .Select(user => new UserView(user.Id, user.Name, user.Email, user.Role, user.CreatedAt))
            .ToListAsync(cancellationToken);
        return new Page<UserView>(found, page.Number, page.Size, total);
    }

    internal sealed class Validator : AbstractValidator<UserSearch>
    {
        public Validator() => RuleFor(search => search.Text)
            .MaximumLength(200).WithMessage("Search for at most 200 characters.")
            .OverridePropertyName("search");
    }
}
