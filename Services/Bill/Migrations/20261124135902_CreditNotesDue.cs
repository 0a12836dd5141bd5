using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EShop.Bill.Migrations
{
    /// <inheritdoc />
    public partial class CreditNotesDue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "attempts",
                table: "due_credit_notes",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "due_at",
                table: "due_credit_notes",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.CreateIndex(
                name: "ix_due_credit_notes_due_at",
                table: "due_credit_notes",
                column: "due_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_due_credit_notes_due_at",
                table: "due_credit_notes");

            migrationBuilder.DropColumn(
                name: "attempts",
                table: "due_credit_notes");

            migrationBuilder.DropColumn(
                name: "due_at",
                table: "due_credit_notes");
        }
    }
}
